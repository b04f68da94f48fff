"""The texts that are filled in: files of templates/, with `$name` where something of the app or task stands."""

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent / "templates"


def fill(file: str, /, **values: str) -> str:
    return Template((_FOLDER / file).read_text(encoding="utf-8")).substitute(values)
