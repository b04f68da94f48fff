"""All files of a plan are written, or none."""

from pathlib import Path

import pytest

from makers.plan import Plan
from makers.refusal import Refused
from tests.unit.makers.projects import contents


def shout(text: str, _place: str) -> str:
    return text.upper()


def test_nothing_is_written_before_all_of_it_is(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    plan = Plan(tmp_path)
    plan.change("old", shout)
    plan.change("old", lambda text, place: f"{text} {place}")
    plan.make("folder/new", "new")
    plan.change("folder/new", shout)
    assert contents(tmp_path) == {"old": b"old"}
    assert plan.exists("folder/new")
    plan.write()
    assert contents(tmp_path) == {"old": b"OLD old", "folder": b"", "folder/new": b"NEW"}
    assert (plan.made, plan.changed) == (["folder/new"], ["old"])


def test_a_failure_takes_back_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "file").write_text("no folder")
    before = contents(tmp_path)
    plan = Plan(tmp_path)
    plan.make("some/where/new", "new")
    plan.make("another", "new")
    plan.change("file", shout)
    plan.change("old", shout)
    (tmp_path / "old").unlink()
    (tmp_path / "old").mkdir()  # since it was read
    with pytest.raises(Refused, match="old: cannot be written"):
        plan.write()
    (tmp_path / "old").rmdir()
    (tmp_path / "old").write_text("old")
    assert contents(tmp_path) == before


def test_what_is_there_is_not_made_again_and_what_is_not_cannot_change(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "odd").write_bytes(b"\xff")
    plan = Plan(tmp_path)
    with pytest.raises(Refused, match="old: is there already"):
        plan.make("old", "new")
    plan.make("new", "new")
    with pytest.raises(Refused, match="new: is there already"):
        plan.make("new", "newer")
    for name in ("missing", "odd"):
        with pytest.raises(Refused, match=f"{name}: cannot be read"):
            plan.change(name, shout)
