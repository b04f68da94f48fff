"""Patterns for paths, as the configuration has them: `*` and `?` within a name, `**` for any number of folders."""

import re
from functools import cache
from pathlib import PurePosixPath

_WRITTEN = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")


def is_at(path: PurePosixPath, pattern: str) -> bool:
    """Whether the whole path, from the project's root on, matches."""
    return _compiled(pattern.strip("/")).fullmatch(str(path)) is not None


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether a path or a folder that it lies in matches: at any depth if the pattern has no slash."""
    if "/" in pattern.rstrip("/"):
        return any(is_at(part, pattern) for part in (path, *path.parents))
    return any(_compiled(pattern.strip("/")).fullmatch(part) for part in path.parts)


def fault(pattern: str) -> str | None:
    """What is wrong with a pattern, None if nothing is."""
    if not pattern.strip("/ "):
        return "is empty"
    if pattern.startswith("/") or {".", ".."} & set(pattern.split("/")):
        return "must start at the project's root and have no . or .. in it"
    return "must be written with /" if "\\" in pattern else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_WRITTEN.get(part) or re.escape(part) for part in _PARTS.findall(pattern)), re.DOTALL)
