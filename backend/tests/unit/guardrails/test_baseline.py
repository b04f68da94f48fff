"""The findings that a codebase starts with."""

from pathlib import Path

import pytest

from tests.unit.guardrails.told import SENDS, TABLE, project, run

WHOLE = "a baseline is of the whole project: give neither codes nor parts of it\n"
TWICE = SENDS + "    other.delay(2)\n    other.delay(2)\n"


@pytest.fixture
def accepted(tmp_path: Path) -> Path:
    project(tmp_path, {"apps/a/x.py": TWICE}, table=TABLE + 'baseline = "accepted.json"\n')
    result = run(tmp_path, "--write-baseline")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"guardrails: 3 findings accepted in {tmp_path}/accepted.json\n"
    return tmp_path


def test_what_is_accepted_is_not_told(accepted: Path) -> None:
    assert run(accepted) == run(accepted, "--baseline", "accepted.json")
    assert (run(accepted).code, run(accepted).out) == (0, "")


def test_lines_may_move_and_be_indented(accepted: Path) -> None:
    source = "import os\n\n\nif os:\n" + "".join(f"    {line}\n" for line in TWICE.splitlines())
    (accepted / "apps/a/x.py").write_text(source)
    assert run(accepted).code == 0


def test_what_is_new_is_told(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text(TWICE + "    third.delay(3)\n")
    assert run(accepted).places == ["apps/a/x.py:5:5"]


def test_one_more_of_the_same_is_told(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text(TWICE + "    other.delay(2)\n")
    assert run(accepted).places == ["apps/a/x.py:5:5"]


def test_the_same_in_another_file_is_told(accepted: Path) -> None:
    (accepted / "apps/a/y.py").write_text(SENDS)
    assert run(accepted).places == ["apps/a/y.py:2:5"]


def test_another_rule_in_an_accepted_line_is_told(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text("import celery\n" + TWICE)
    assert run(accepted).codes == ["GR011"]


def test_what_is_found_no_more_is_told(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text("")
    result = run(accepted)
    assert (result.code, result.out) == (0, "")
    file = accepted / "accepted.json"
    assert result.err.splitlines() == [
        f"guardrails: {file}: no longer found: apps/a/x.py: GR016 other.delay(2) (2 times)",
        f"guardrails: {file}: no longer found: apps/a/x.py: GR016 work.delay(1)",
        "guardrails: 0 findings, 3 files read",
    ]


def test_entries_of_rules_and_files_that_were_not_asked_for_are_not_called_gone(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text("")
    assert "no longer" not in run(accepted, "--select", "GR003").err
    assert "no longer" not in run(accepted, "manage.py").err
    assert "no longer" in run(accepted, "apps").err


def test_a_missing_file_has_an_entry(tmp_path: Path) -> None:
    project(tmp_path, {}, table="[tool.guardrails]\n")
    assert run(tmp_path).code == 1
    assert run(tmp_path, "--baseline", "b.json", "--write-baseline").code == 0
    assert run(tmp_path, "--baseline", "b.json").code == 0
    assert '"source": ""' in (tmp_path / "b.json").read_text()


def test_blanks_in_a_line_do_not_matter(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text("x.delay(1,   2)\n")
    run(accepted, "--write-baseline")
    assert '"source": "x.delay(1, 2)"' in (accepted / "accepted.json").read_text()
    (accepted / "apps/a/x.py").write_text("x.delay(1, 2)\n")
    assert run(accepted).code == 0


def test_it_is_written_in_order_and_readable(accepted: Path) -> None:
    (accepted / "apps/a/x.py").write_text(TWICE + "    é.delay(3)\n")
    run(accepted, "--write-baseline")
    entries = [("other.delay(2)", 2), ("work.delay(1)", 1), ("é.delay(3)", 1)]
    told = [
        f'''    {{
      "path": "apps/a/x.py",
      "code": "GR016",
      "source": "{source}",
      "count": {count}
    }}'''
        for source, count in entries
    ]
    assert (accepted / "accepted.json").read_text() == '{\n  "findings": [\n' + ",\n".join(told) + "\n  ]\n}\n"


def test_an_entry_of_less_than_none_accepts_nothing(accepted: Path) -> None:
    file = accepted / "accepted.json"
    file.write_text(file.read_text().replace('"count": 1', '"count": -1'))
    assert run(accepted).places == ["apps/a/x.py:2:5"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--write-baseline"], "say where: --baseline FILE, or baseline in [tool.guardrails]\n"),
        (["--write-baseline", "--baseline", "b.json", "--select", "GR003"], WHOLE),
        (["--write-baseline", "--baseline", "b.json", "--ignore", "GR003"], WHOLE),
        (["--write-baseline", "--baseline", "b.json", "apps"], WHOLE),
        (["--write-baseline", "--baseline", "nowhere/b.json"], "[Errno 2] No such file or directory: '{root}/nowhere/"),
        (["--baseline", "b.json"], "b.json: cannot be read: No such file or directory"),
    ],
)
def test_wrong_use_is_refused(tmp_path: Path, arguments: list[str], told: str) -> None:
    result = run(project(tmp_path, {"apps/a/x.py": SENDS}), *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"guardrails: {told.format(root=tmp_path)}")
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "JSONDecodeError('Expecting value: "),
        ("[]", "TypeError('list indices must"),
        ("{}", "KeyError('findings')"),
        ('{"findings": [1]}', "TypeError("),
        ('{"findings": [{"path": "x"}]}', "KeyError('code')"),
        ('{"findings": [{"path": "x", "code": "GR016", "source": "", "count": "2"}]}', "TypeError('count')"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, content: str, why: str) -> None:
    project(tmp_path, {"b.json": content})
    result = run(tmp_path, "--baseline", "b.json")
    assert (result.code, result.out) == (2, "")
    assert f"b.json: is no baseline: {why}" in result.err
