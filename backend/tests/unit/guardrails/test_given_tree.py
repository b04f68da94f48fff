"""GR001, GR002 and GR018: the files are there, can be read, and stand in packages."""

import sys
from pathlib import Path, PurePosixPath

import pytest

from guardrails.configuration import Configuration
from guardrails.project import read_project
from guardrails.reading import Unreadable, parse
from guardrails.rules import given_tree, package_marker, readable_source
from tests.unit.guardrails.planted import found, plant

GIVEN = Configuration().given


def test_complete_tree_is_accepted(tmp_path: Path) -> None:
    plant(tmp_path, dict.fromkeys(GIVEN, ""))
    assert found(tmp_path, given_tree.RULE) == []


@pytest.mark.parametrize("missing", GIVEN)
def test_each_given_file_is_missed(tmp_path: Path, missing: str) -> None:
    plant(tmp_path, dict.fromkeys(set(GIVEN) - {missing}, ""))
    assert found(tmp_path, given_tree.RULE) == [(missing, 1)]


def test_folder_in_the_place_of_a_file_is_a_missing_file(tmp_path: Path) -> None:
    plant(tmp_path, dict.fromkeys(set(GIVEN) - {"config/settings.py"}, ""))
    plant(tmp_path, {"config/settings.py/__init__.py": ""})
    assert found(tmp_path, given_tree.RULE) == [("config/settings.py", 1)]


@pytest.mark.parametrize(
    ("instead", "advice"),
    [
        ({}, "put it back as config/settings.py"),
        ({"config/settings.py/base.py": ""}, "make the folder config/settings.py a file again"),
        ({"config/settings/__init__.py": ""}, "make the package config/settings one file again, config/settings.py"),
        ({"config/setting.py": ""}, "call config/setting.py settings.py again"),
        ({"other/settings.py": ""}, "move other/settings.py back to config/settings.py"),
        ({"other/settings.py": "", "more/settings.py": ""}, "put it back as config/settings.py"),
        ({"config/other.py": ""}, "put it back as config/settings.py"),
        ({"config/settings.py/notes.txt": ""}, "make the folder config/settings.py a file again"),
        ({"setting.py": ""}, "put it back as config/settings.py"),
        ({"other/a.py": ""}, "put it back as config/settings.py"),
        ({"other/z.py": ""}, "put it back as config/settings.py"),
    ],
)
def test_message_says_where_it_went(tmp_path: Path, instead: dict[str, str], advice: str) -> None:
    plant(tmp_path, dict.fromkeys(set(GIVEN) - {"config/settings.py"}, "") | instead)
    (finding,) = given_tree.RULE.findings(read_project(tmp_path))
    assert finding.instead.startswith(advice)


def test_what_is_given_itself_did_not_take_the_place_of_another(tmp_path: Path) -> None:
    plant(tmp_path, dict.fromkeys(set(GIVEN) - {"config/wsgi.py"}, ""))
    (finding,) = given_tree.RULE.findings(read_project(tmp_path))
    assert finding.instead == "put it back as config/wsgi.py"


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        pytest.param(b"x = 1\ndef broken(:\n", 2, 12, id="syntax"),
        pytest.param(b")\n", 1, 1, id="syntax at once"),
        pytest.param(b"x = 1\n\0", 1, 1, id="null byte"),
        pytest.param(b"name = '\xff'\n", 1, 11, id="encoding"),
        pytest.param(b"# coding: nobodys\n", 1, 1, id="unknown encoding"),
        pytest.param(b"x = " + b"-" * 2000 + b"1", 1, 1, id="depth"),
    ],
)
def test_unreadable_file_is_named_and_the_others_are_still_checked(
    tmp_path: Path, source: bytes, line: int, column: int
) -> None:
    plant(tmp_path, {"good.py": "x = 1\n"})
    (tmp_path / "broken.py").write_bytes(source)
    (finding,) = readable_source.RULE.findings(read_project(tmp_path))
    assert (str(finding.path), finding.line, finding.column) == ("broken.py", line, column)


def test_what_the_parser_has_no_room_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_nothing(_content: bytes) -> None:
        raise MemoryError

    monkeypatch.setattr("ast.parse", parse_nothing)
    path = PurePosixPath("x.py")
    assert parse(path, b"", Configuration()) == Unreadable(path, 1, 1, "it is nested too deeply")


def test_unreadable_file_may_be_of_another_python(tmp_path: Path) -> None:
    plant(tmp_path, {"newer.py": "def broken(:"})
    (finding,) = readable_source.RULE.findings(read_project(tmp_path))
    assert f"as Python {sys.version_info.major}.{sys.version_info.minor} (" in finding.message
    assert "check it with the Python that it is for" in finding.message


def test_readable_files_are_accepted(tmp_path: Path) -> None:
    plant(tmp_path, {"empty.py": "", "odd_escape.py": r"x = '\d'", "notes.txt": "def broken(:"})
    assert found(tmp_path, readable_source.RULE) == []


def test_folder_without_marker_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {"apps/__init__.py": "", "apps/events/management/commands/show.py": ""})
    markers = ["apps/events", "apps/events/management", "apps/events/management/commands"]
    assert found(tmp_path, package_marker.RULE) == [(f"{folder}/__init__.py", 1) for folder in markers]


def test_folders_that_the_configuration_names_are_packages(tmp_path: Path) -> None:
    configuration = Configuration(layers=("one.base",), apps=("two/*",), given=("three/x.py",))
    plant(tmp_path, dict.fromkeys(("one/base/x.py", "two/a/x.py", "three/x.py", "four/x.py", "base/x.py"), ""))
    findings = package_marker.RULE.findings(read_project(tmp_path, configuration))
    told = {(str(finding.path.parent), finding.line, finding.column) for finding in findings}
    assert told == {(folder, 1, 1) for folder in ("one", "one/base", "two", "two/a", "three")}


def test_root_tests_and_hidden_folders_need_no_marker(tmp_path: Path) -> None:
    plant(tmp_path, {"manage.py": "", "tests/unit/test_it.py": "", ".venv/lib/it.py": "", "staticfiles/it.py": ""})
    assert found(tmp_path, package_marker.RULE) == []
