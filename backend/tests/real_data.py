"""Real competitions with their official results, which are no part of this project: where they are, and skips."""

import csv

import pytest

from config.environment import PROJECT_DIR

FOLDER = PROJECT_DIR.parent / "shared" / "data"


def needs(*names: str) -> pytest.MarkDecorator:
    """Skips where these files are absent."""
    missing = [name for name in names if not (FOLDER / name).exists()]
    return pytest.mark.skipif(
        bool(missing), reason=f"no {', '.join(missing)}: real results are not part of the project"
    )


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of a file."""
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))
