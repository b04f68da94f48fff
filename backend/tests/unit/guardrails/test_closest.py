"""What is written in place of a name that does not exist."""

import pytest

from guardrails.closest import closest


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("events.renk", {"events.rank", "events.close"}, "events.rank"),
        ("events.rank", {"events.tank", "events.ranks"}, "events.ranks"),
        ("ranking", {"ranked"}, None),  # 0.77 alike
        ("rank", set(), None),
    ],
)
def test_what_was_meant(name: str, known: set[str], meant: str | None) -> None:
    assert closest(name, known) == meant
