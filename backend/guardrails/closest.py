"""What was meant by a name that does not exist."""

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearly this one."""
    return next(iter(difflib.get_close_matches(name, sorted(known), cutoff=0.8)), None)
