"""Text from outside: made fit to be shown, and refused where it is not fit to be stored."""

import re
from typing import cast

from django.db.models import CharField, Model

from apps.errors import InvalidInput

# Bytes that are not UTF-8 are read as lone surrogates (PEP 383), so that they can be told apart and shown.
NOT_UTF8 = re.compile(r"[\udc80-\udcff]")
# Tab and line breaks are not among them: a column that nobody reads may hold them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")
# What a spreadsheet runs as a formula when it opens an export (OWASP, CSV injection), in both widths. A sign without
# any letter or digit behind it is how people write "nothing".
_FORMULA = re.compile(r"[=+@\-\uff1d\uff0b\uff20\uff0d].*\w", re.DOTALL)


def max_length(model: type[Model], field: str) -> int:
    """How many characters a field of a model holds."""
    return cast("int", cast("CharField[str, str]", model._meta.get_field(field)).max_length)


def printable(text: str) -> str:
    """The text with everything that cannot be seen written as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    if NOT_UTF8.match(char):
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def shorten(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def check_cell(text: str) -> None:
    """Refuse a cell of any column that is damaged. Raises InvalidInput."""
    if NOT_UTF8.search(text):
        raise InvalidInput("this is not UTF-8; save the file as CSV in UTF-8")
    if found := CONTROL.search(text):
        raise InvalidInput(f"there is a control character (U+{ord(found.group()):04X})")


def check_text(text: str, *, longest: int) -> str:
    """The text of a cell that is stored, or InvalidInput."""
    if len(text) > longest:
        raise InvalidInput(f"at most {longest} characters are stored, these are {len(text)}")
    if _LINE_BREAK.search(text):
        raise InvalidInput("there is a tab or a line break")
    if _FORMULA.match(text):
        raise InvalidInput("this looks like a spreadsheet formula")
    return text
