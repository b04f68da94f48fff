"""What must never stand in a log line or a trace, wherever it comes from: taken out of the finished text."""

import re
from collections.abc import Sequence

HIDDEN = "[hidden]"
# What ends a secret: white space, quotes (escaped in JSON by a backslash) and what encloses addresses.
_TO_ITS_END = r"[^\s\"'\\<>,;)]+"
# The forms in which credentials come: of an Authorization header, and of the user's part of a URL.
_KNOWN = (
    r"(?:\b(?:Token|Bearer|Basic)\s+)(?=[A-Za-z0-9+/._=-]{16})",
    r"(?<=://)[^\s\"'\\/@:]*:(?=[^\s\"'\\/@]+@)",
)
_TO_THE_HOST = r"[^\s\"'\\/@]+"


class Redaction:
    """Hides credentials, and what follows each of the given beginnings of an address."""

    def __init__(self, secret_paths: Sequence[str] = ()) -> None:
        header, user = _KNOWN
        # Each secret has one of these before it. They are found in a moment, the whole pattern is not.
        self._signs = ("Token", "Bearer", "Basic", "://", *secret_paths)
        paths = "|".join(re.escape(path) for path in secret_paths) or r"(?!)"
        self._pattern = re.compile(rf"({header}|{paths}){_TO_ITS_END}|({user}){_TO_THE_HOST}")

    def apply(self, text: str) -> str:
        """The text with HIDDEN in the place of each secret."""
        return self._pattern.sub(_hide, text) if any(sign in text for sign in self._signs) else text


def _hide(match: re.Match[str]) -> str:
    return f"{match[1] or match[2]}{HIDDEN}"
