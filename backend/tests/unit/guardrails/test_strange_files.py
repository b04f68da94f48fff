"""What is no ordinary file is told, and never stops the rest."""

import gc
import os
from pathlib import Path, PurePosixPath

import pytest

from guardrails.checker import check
from guardrails.project import read_project
from guardrails.reading import Unreadable
from guardrails.walk import DEEPEST
from tests.unit.guardrails.told import SENDS, project, run


def unreadable(root: Path) -> list[tuple[str, int, str]]:
    return [(str(each.path), each.line, each.reason) for each in read_project(root).unreadable]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "(unicode error) 'utf-8' codec can't decode byte 0xe9"),
        (b"# coding: no-such\nx = 1\n", 1, "unknown encoding: no-such"),
        (b"# coding: ascii\nx = 1\ny = '\xe9'\n", 1, "ascii"),
        (b"x = 1\n\0", 1, "source code string cannot contain null bytes"),
        (b"x = \xff\xfe\n", 1, "(unicode error) 'utf-8' codec can't decode byte 0xff"),
        (b"x = " + b"(" * 500 + b")" * 500 + b"\n", 1, "too many nested parentheses"),
        (b"x = " + b"-" * 100_000 + b"1\n", 1, ""),
        (b"x = " + b"+".join([b"1"] * (DEEPEST + 10)) + b"\n", 1, f"it is nested in more than {DEEPEST} levels"),
        (b"x = " + b"+".join([b"1"] * 100_000) + b"\n", 1, ""),
    ],
    ids=["bytes", "unknown", "ascii", "null", "utf-16", "nested", "signs", "deep", "deepest"],
)
def test_it_is_told_where_it_can_no_longer_be_read(tmp_path: Path, content: bytes, line: int, reason: str) -> None:
    (tmp_path / "x.py").write_bytes(content)
    ((path, at, why),) = unreadable(tmp_path)
    assert (path, at) == ("x.py", line)
    assert reason in why
    assert why


def test_expressions_as_deep_as_is_taken_are_followed(tmp_path: Path) -> None:
    calls = "x = app" + ".task()" * (DEEPEST // 2 - 10)
    attributes = "x = app" + ".task" * (DEEPEST - 20)
    project(tmp_path, {"apps/a/x.py": f"{calls}\n", "apps/a/y.py": f"{attributes}\n", "apps/a/z.py": SENDS})
    result = run(tmp_path)
    assert not read_project(tmp_path).unreadable
    assert "apps/a/z.py:2:5" in result.places


@pytest.mark.parametrize("name", ["x.py", "odd\udcff.py", "new\nline.py"])
def test_odd_names_are_told(tmp_path: Path, name: str) -> None:
    try:
        project(tmp_path, {f"apps/a/{name}": SENDS})
    except OSError:
        pytest.skip("this file system takes no such name")
    for form in ("text", "json", "github", "sarif"):
        assert run(tmp_path, "--format", form).code == 1
    assert run(tmp_path, "--baseline", "b.json", "--write-baseline").code == 0
    assert run(tmp_path, "--baseline", "b.json").code == 0


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": SENDS})
    (tmp_path / "apps/a/again").symlink_to(tmp_path / "apps")
    (tmp_path / "apps/a/self.py").symlink_to("self.py")
    (tmp_path / "apps/a/lost.py").symlink_to("nowhere.py")
    (tmp_path / "apps/a/y.py").symlink_to("x.py")
    assert [(path, why) for path, _, why in unreadable(tmp_path)] == [
        ("apps/a/lost.py", "it is a link to nothing"),
        ("apps/a/self.py", "it is a link to nothing"),
    ]
    assert run(tmp_path).places == [
        f"apps/a/{place}" for place in ("lost.py:1:1", "self.py:1:1", "x.py:2:5", "y.py:2:5")
    ]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    assert unreadable(tmp_path) == [("pipe.py", 1, "it is no file")]


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"apps/a/x.py": SENDS, "closed/y.py": "", "closed.py": ""})
    scandir, read_bytes = os.scandir, Path.read_bytes

    def refuse(path: Path) -> None:
        if path.name.startswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))

    def scan(path: str) -> object:
        refuse(Path(path))
        return scandir(path)

    def read(path: Path) -> bytes:
        refuse(path)
        return read_bytes(path)

    # Who runs the tests may be allowed to read everything.
    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(Path, "read_bytes", read)
    expected = {Unreadable(PurePosixPath(name), 1, 1, "Permission denied") for name in ("closed", "closed.py")}
    assert set(read_project(tmp_path).unreadable) == expected
    assert run(tmp_path).codes == ["GR016", "GR002", "GR002"]


def test_line_ends_and_marks_change_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": ""})
    for line_end in ("\n", "\r\n", "\r"):
        for mark in (b"", b"\xef\xbb\xbf"):
            (tmp_path / "apps/a/x.py").write_bytes(mark + SENDS.replace("\n", line_end).encode())
            assert run(tmp_path).places == ["apps/a/x.py:2:5"]


def test_long_chain_of_names_stops_nothing(tmp_path: Path) -> None:
    chain = "".join(f"name{number + 1} = name{number}\n" for number in range(8_000))
    source = f"from celery import shared_task as name0\n{chain}name8000(print)\nname3(print)\n"
    (tmp_path / "work.py").write_text(source)
    assert ("GR003", 8_003) in {(finding.code, finding.line) for finding in check(tmp_path).findings}


@pytest.mark.parametrize("collects", [True, False])
def test_whether_memory_is_collected_stays_as_it_was(tmp_path: Path, *, collects: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        check(tmp_path)
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
