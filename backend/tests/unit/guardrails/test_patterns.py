"""Patterns of paths: by name at any depth, or from the root on."""

from pathlib import PurePosixPath

import pytest

from guardrails.patterns import fault, is_at, matches


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("tests/unit/test_it.py", "tests"),
        ("apps/events/tests/test_it.py", "tests"),
        ("apps/events/tests/test_it.py", "tests/"),
        ("apps/events/test_it.py", "test_*.py"),
        ("apps/events/legacy.py", "apps/events/legacy.py"),
        ("apps/events/legacy/old.py", "apps/events/legacy"),
        ("apps/events/legacy/old.py", "apps/*/legacy/"),
        ("apps/events/a/b/old.py", "apps/**/old.py"),
        ("apps/old.py", "apps/**/old.py"),
        ("apps/a/b.py", "apps/**"),
        ("apps/v1.py", "apps/v?.py"),
        ("a[1]/b.py", "a[1]/b.py"),
        ("apps/X1/b.py", "X1"),
        ("apps/1X/b.py", "1X/"),
        ("X/b.py", "X/b.py"),
        ("a/X/b.py", "a/X"),
    ],
)
def test_matches(path: str, pattern: str) -> None:
    assert matches(PurePosixPath(path), pattern)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("apps/attests/it.py", "tests"),
        ("apps/tests.py", "tests"),
        ("src/apps/events/legacy.py", "apps/events/legacy.py"),
        ("apps/events/deep/legacy.py", "apps/*/legacy.py"),
        ("apps/events/legacy.pyi", "apps/events/legacy.py"),
        ("apps/eventsXlegacy.py", "apps/events.legacy.py"),
        ("apps/v12.py", "apps/v?.py"),
        ("apps", "apps/**"),
    ],
)
def test_does_not_match(path: str, pattern: str) -> None:
    assert not matches(PurePosixPath(path), pattern)


def test_a_whole_path_matches_from_the_root_on() -> None:
    assert is_at(PurePosixPath("apps/events"), "apps/*")
    assert is_at(PurePosixPath("events"), "events")
    assert not is_at(PurePosixPath("old/events"), "events")
    assert not is_at(PurePosixPath("apps/events/api"), "apps/*")


@pytest.mark.parametrize("pattern", ["", " ", "/", "/apps", "../apps", "apps/../x", "./apps", r"apps\events"])
def test_what_is_no_pattern_has_a_fault(pattern: str) -> None:
    assert fault(pattern)


@pytest.mark.parametrize("pattern", ["apps/*", "*", "**/x.py", "tests/", "a..b"])
def test_patterns_have_no_fault(pattern: str) -> None:
    assert fault(pattern) is None
