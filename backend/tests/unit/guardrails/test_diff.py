"""What `--diff` shows of what `--fix` would do."""

from pathlib import Path

import pytest

from tests.unit.guardrails.told import project, run

HEAD = "from celery import shared_task\nfrom apps.a.services import rank\n\n\n"
BODY = "def rank_task(self, event_id):\n    return rank(event_id)\n"
NO_END = "\\ No newline at end of file"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = '\x0c'{}\n", ["@@ -1 +1 @@", "-x = '\x0c'{}", "+x = '\x0c'"]),
        ("x = 1{}\r\n", ["@@ -1 +1 @@", "-x = 1{}\r", "+x = 1\r"]),
        ("x = 1\ry = 2{}\r", ["@@ -1 +1 @@", "-x = 1\ry = 2{}\r", NO_END, "+x = 1\ry = 2\r", NO_END]),
        ("x = 1\ny = 2{}", ["@@ -1,2 +1,2 @@", " x = 1", "-y = 2{}", NO_END, "+y = 2", NO_END]),
        ("x = 1{}\n\ny = 2", ["@@ -1,3 +1,3 @@", "-x = 1{}", "+x = 1", " ", " y = 2", NO_END]),
        ("x = 1{}\n\n\n\n", ["@@ -1,4 +1,4 @@", "-x = 1{}", "+x = 1", " ", " ", " "]),
    ],
)
def test_a_diff_is_one_for_patch(tmp_path: Path, source: str, lines: list[str]) -> None:
    comment = "  # guardrails: allow GR016 because of the trial"
    project(tmp_path, {"apps/a/x.py": ""})
    (tmp_path / "apps/a/x.py").write_bytes(source.format(comment).encode())
    head = ["--- a/apps/a/x.py", "+++ b/apps/a/x.py"]
    told = [*head, *(line.format(comment) for line in lines)]
    assert run(tmp_path, "--diff").out == "".join(f"{line}\n" for line in told)


def test_diff_shows_what_fix_does_and_writes_nothing(tmp_path: Path) -> None:
    source = f"{HEAD}@shared_task\n{BODY}".rstrip("\n")
    project(tmp_path, {"apps/a/tasks.py": source})
    result = run(tmp_path, "--select", "GR007", "--diff")
    assert (result.code, result.err) == (1, "guardrails: 1 finding would be corrected\n")
    assert result.out.splitlines()[:4] == [
        "--- a/apps/a/tasks.py",
        "+++ b/apps/a/tasks.py",
        "@@ -2,6 +2,6 @@",
        f" {HEAD.splitlines()[1]}",
    ]
    assert '-@shared_task\n+@shared_task(name="a.rank")\n' in result.out
    assert (tmp_path / "apps/a/tasks.py").read_text() == source
    run(tmp_path, "--select", "GR007", "--fix")
    nothing = run(tmp_path, "--select", "GR007", "--diff")
    assert (nothing.code, nothing.out) == (0, "")
    assert run(tmp_path, "--select", "GR018", "--diff").out == (
        "(new, empty) apps/__init__.py\n(new, empty) apps/a/__init__.py\n(new, empty) config/__init__.py\n"
    )


def test_diff_of_a_file_of_another_encoding(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/tasks.py": ""})
    (tmp_path / "apps/a/tasks.py").write_bytes(f"# coding: latin-1\n# é\n{HEAD}@shared_task\n{BODY}".encode("latin-1"))
    result = run(tmp_path, "--select", "GR007", "--diff")
    assert '+@shared_task(name="a.rank")\n' in result.out
    assert "\ufffd" not in result.out
