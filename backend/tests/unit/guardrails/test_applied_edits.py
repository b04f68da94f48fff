"""Which corrections of `--fix` are kept, when some of them touch, fail or correct nothing."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from guardrails import checker
from guardrails.fixes import _overlaps
from guardrails.project import Project
from guardrails.rule import Edit, Problem, Rule
from guardrails.rules import readable_source
from tests.unit.guardrails.told import project, run


def test_a_correction_that_corrects_nothing_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (Edit(PurePosixPath("apps/a/x.py"), 0, 0, "broken(:\n"),)
    useless = (Edit(PurePosixPath("apps/a/y.py"), 0, 0, "\n"),)
    found = [
        Problem(PurePosixPath(f"apps/a/{name}.py"), 1, 1, name, "", fix=fix)
        for name, fix in (("x", broken), ("y", useless))
    ]
    rule = Rule("GR016", "it is", lambda _project: iter(found))
    monkeypatch.setattr(checker, "RULES", (rule, readable_source.RULE))
    project(tmp_path, {"apps/a/x.py": "x = 1\n", "apps/a/y.py": "y = 1\n"})
    result = run(tmp_path, "--fix")
    assert (result.code, result.codes) == (1, ["GR016", "GR016"])
    assert "0 findings corrected" in result.err
    assert (tmp_path / "apps/a/x.py").read_text() == "x = 1\n"
    assert (tmp_path / "apps/a/y.py").read_text() == "y = 1\n"


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(read: Project) -> Iterator[Problem]:
        for name in ("x", "y"):
            path = PurePosixPath(f"apps/a/{name}.py")
            if "put right" not in read.by_path[path].source.text:
                fix = (Edit(path, 0, 0, "# put right\n" if name == "y" else "\n"),)
                # The second time it is only one correction, and puts both right.
                yield from [Problem(path, 1, 1, name, "", fix=fix)] * 2
        yield Problem(PurePosixPath("apps/a/x.py"), 1, 1, "by hand", "")

    monkeypatch.setattr(checker, "RULES", (Rule("GR016", "it is", check),))
    project(tmp_path, {"apps/a/x.py": "x = 1\n", "apps/a/y.py": "y = 1\n"})
    result = run(tmp_path, "--fix")
    assert (result.code, result.codes) == (1, ["GR016"] * 3)
    assert "1 finding corrected" in result.err
    assert (tmp_path / "apps/a/x.py").read_text() == "x = 1\n"
    assert (tmp_path / "apps/a/y.py").read_text() == "# put right\ny = 1\n"


def test_what_earlier_rounds_corrected_stays(tmp_path: Path) -> None:
    comment = "  # guardrails: allow {} because of the trial\n"
    twice, once = comment.format("GR016, GR017"), comment.format("GR016")
    project(tmp_path, {"apps/a/x.py": f"x = 1{twice}y = 2{twice}", "apps/a/y.py": f"x = 1{once}y = 2{once}"})
    assert "6 findings corrected" in run(tmp_path, "--fix").err
    assert (tmp_path / "apps/a/x.py").read_text() == "x = 1\ny = 2\n"
    assert (tmp_path / "apps/a/y.py").read_text() == "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    ("others", "overlaps"),
    [
        ([], False),
        ([(0, 2), (6, 8)], False),
        ([(0, 3)], True),
        ([(5, 7)], True),
        ([(5, 7), (9, 9)], True),
        ([(0, 9)], True),
        ([(9, 9), (0, 2), (4, 4), (6, 6)], True),
        ([(4, 4)], True),
    ],
)
def test_corrections_that_touch_are_not_made_at_once(others: list[tuple[int, int]], *, overlaps: bool) -> None:
    path = PurePosixPath("x.py")
    assert _overlaps(Edit(path, 3, 5, ""), [Edit(path, *other, "") for other in others]) == overlaps
