"""`python -m guardrails`: what it prints, and how it exits."""

import subprocess
import sys
from pathlib import Path

import pytest

from guardrails.configuration import Configuration
from guardrails.rules import RULES
from tests.unit.guardrails.planted import plant

GIVEN = Configuration().given
BACKEND = Path(__file__).parents[3]


def run(*arguments: str, directory: Path = BACKEND) -> subprocess.CompletedProcess[str]:
    # -I and -S: neither the environment nor any installed package takes part.
    code = (
        f"import sys, runpy; sys.path.insert(0, {str(BACKEND)!r}); runpy.run_module('guardrails', run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", code, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_nothing_to_say_is_success(tmp_path: Path) -> None:
    plant(tmp_path, clean_tree())
    result = run(directory=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def clean_tree() -> dict[str, str]:
    folders = {str(parent) for name in GIVEN for parent in Path(name).parents if parent.name}
    return dict.fromkeys([*GIVEN, *(f"{folder}/__init__.py" for folder in folders)], "")


def test_finding_is_printed_with_its_place_and_fails(tmp_path: Path) -> None:
    plant(tmp_path, clean_tree() | {"apps/events/services.py": "import json\nif json:\n    import celery\n"})
    result = run(str(tmp_path))
    assert result.returncode == 1
    assert result.stdout.startswith(f"{tmp_path}/apps/events/services.py:3:5: GR011 services.py imports celery, but ")


def test_findings_come_in_reading_order(tmp_path: Path) -> None:
    plant(tmp_path, clean_tree() | {"apps/events/services.py": "import kombu\nx.delay()\nimport celery\n"})
    places = [line.split(" ")[0] for line in run(directory=tmp_path).stdout.splitlines()]
    assert places == [f"apps/events/services.py:{place}:" for place in ("1:1", "2:1", "3:1")]


@pytest.mark.parametrize("path", ["nowhere", "file.txt"])
def test_path_that_is_no_folder_is_refused(tmp_path: Path, path: str) -> None:
    plant(tmp_path, {"file.txt": ""})
    result = run(path, directory=tmp_path)
    assert result.returncode == 2
    assert f"{path} is no folder" in result.stderr


def test_codes_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == [f"GR{number:03}" for number in range(1, len(codes) + 1)]


def test_every_rule_is_registered() -> None:
    modules = {path.stem for path in (BACKEND / "guardrails/rules").glob("*.py") if "RULE = " in path.read_text()}
    assert modules == {rule.check.__module__.rpartition(".")[2] for rule in RULES}
