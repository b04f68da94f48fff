"""The reviewer's list names what there is: paths, checks of settings, targets, sources."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LIST = (ROOT / "docs" / "production-checklist.md").read_text()
ROWS = [line.strip("|").split("|") for line in LIST.splitlines() if re.match(r"\| \d+ \|", line)]
SOURCES = dict(re.findall(r"^\| ([A-Z]\d*) \| (.+) \|$", LIST, re.M))
TESTS = ROOT / "backend" / "tests"
# What looks like a path and is none of the repository's.
ELSEWHERE = {"/dev/shm", "/health/live", "/health/ready"}


def is_there(text: str) -> bool:
    """Whether it is a path from the root, or from the tests."""
    return (ROOT / text).exists() or (TESTS / text).exists()


def test_the_lines_are_numbered_and_each_has_an_answer() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    for number, asked, _, *answer in ROWS:
        assert asked.strip()
        assert re.match(r" \*\*(yes|better|partly|yours|no)\*\*", "|".join(answer)), number


def test_each_line_is_from_a_source_and_each_source_is_used() -> None:
    used = {source for row in ROWS for source in row[2].split()}
    assert used == set(SOURCES)
    assert all("<https://" in source for source in SOURCES.values())


def test_every_path_is_there() -> None:
    named = [text for row in ROWS for text in re.findall(r"`([^` ]+)`", "|".join(row))]
    paths = {
        text for text in named if ("/" in text and "://" not in text) or text.endswith((".yml", ".md", "Dockerfile"))
    }
    assert len(paths - ELSEWHERE) > 50
    assert sorted(path for path in paths - ELSEWHERE if not is_there(path)) == []


def test_every_check_and_setting_is_there() -> None:
    source = "".join(path.read_text() for path in (ROOT / "backend").rglob("*.py") if TESTS not in path.parents)
    whole = source + "".join(path.read_text() for path in (*ROOT.glob("docker-compose*.yml"), ROOT / ".env.example"))
    for number in re.findall(r"\b(?:E00\d|GR0\d\d)\b", LIST):
        assert re.search(rf'\b{number}"', source), number
    for name in re.findall(r"`([A-Z][A-Z_]{5,})`", LIST):
        assert name in whole or name in {"ADMINS", "ANONYMOUS", "LISTEN"}, name
