"""`python -m guardrails`: what it takes, what it prints, and how it exits."""

import os
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from guardrails.checker import CODES
from guardrails.command import main
from guardrails.configuration import Configuration
from guardrails.rules import RULES
from tests.unit.guardrails.planted import plant
from tests.unit.guardrails.told import APPLICATION, SENDS, TABLE, project, run

BACKEND = Path(__file__).parents[3]


def run_alone(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    # -I and -S: neither the environment nor any installed package takes part.
    code = (
        f"import sys, runpy; sys.path.insert(0, {str(BACKEND)!r}); runpy.run_module('guardrails', run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", code, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def clean_tree() -> dict[str, str]:
    given = Configuration().given
    folders = {str(parent) for name in given for parent in Path(name).parents if parent.name}
    return dict.fromkeys([*given, *(f"{folder}/__init__.py" for folder in folders)], "")


def test_nothing_to_say_is_success(tmp_path: Path) -> None:
    plant(tmp_path, clean_tree())
    result = run_alone(directory=tmp_path)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "guardrails: 0 findings, 7 files read\n"


def test_finding_is_printed_with_its_place_and_fails(tmp_path: Path) -> None:
    plant(
        tmp_path,
        clean_tree()
        | {
            "apps/__init__.py": "",
            "apps/events/__init__.py": "",
            "apps/events/services.py": "import json\nif json:\n    import celery\n",
        },
    )
    result = run_alone(str(tmp_path), directory=BACKEND)
    assert result.returncode == 1
    assert result.stdout.startswith(f"{tmp_path}/apps/events/services.py:3:5: GR011 services.py imports celery, but ")
    assert result.stderr == "guardrails: 1 finding, 10 files read\n"


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": ""})
    try:
        (tmp_path / "apps/a/odd\udcff.py").write_text(SENDS)
    except OSError:
        pytest.skip("this file system takes no such name")
    result = run_alone(directory=tmp_path)
    assert (result.returncode, result.stdout.partition(": ")[0]) == (1, "apps/a/odd\\udcff.py:2:5")


@pytest.mark.parametrize("lines", [1, 5000])
def test_whoever_reads_may_stop_reading(tmp_path: Path, lines: int) -> None:
    project(tmp_path, {"apps/a/x.py": "x.delay(1)\n" * lines})
    command = [sys.executable, "-m", "guardrails"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND)}  # not that of unbuffered output
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert b"BrokenPipe" not in process.stderr.read()


def test_a_name_can_be_told_where_few_letters_are_known(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/é.py": SENDS})
    written = BytesIO()
    with TextIOWrapper(written, encoding="ascii") as out, chdir(tmp_path), redirect_stdout(out):
        assert main([]) == 1
        assert written.getvalue().startswith(b"apps/a/\\xe9.py:2:5: ")


def test_findings_come_in_reading_order(tmp_path: Path) -> None:
    result = run(project(tmp_path, {"apps/events/services.py": "import kombu\nx.delay()\nimport celery\n"}))
    assert result.places == [f"apps/events/services.py:{place}" for place in ("1:1", "2:1", "3:1")]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A project in a folder of the repository, with a finding in each of two apps."""
    return project(
        tmp_path,
        {"src/apps/a/x.py": SENDS, "src/apps/b/x.py": SENDS, "src/config/celery.py": APPLICATION},
        table=TABLE + 'root = "src"\n',
    )


@pytest.mark.parametrize(
    ("folder", "paths", "places"),
    [
        (".", [], ["src/apps/a/x.py:2:5", "src/apps/b/x.py:2:5"]),
        (".", ["src/apps/b"], ["src/apps/b/x.py:2:5"]),
        (".", ["src/apps/b/x.py"], ["src/apps/b/x.py:2:5"]),
        (".", ["src/apps/b/x.py", "src/apps/a", "src/apps/b"], ["src/apps/a/x.py:2:5", "src/apps/b/x.py:2:5"]),
        ("src/apps", ["b/../a"], ["a/x.py:2:5"]),
        ("src/apps/a", [], ["x.py:2:5"]),
    ],
)
def test_what_is_found_in_the_paths_is_told(two: Path, folder: str, paths: list[str], places: list[str]) -> None:
    result = run(two / folder, *paths)
    assert (result.places, result.code) == (places, 1)
    assert result.err == f"guardrails: {len(places)} finding{'s' * (len(places) > 1)}, 3 files read\n"


def test_paths_outside_of_the_source_are_told_and_do_no_harm(two: Path) -> None:
    (two / "tool.py").write_text(SENDS)
    result = run(two, "tool.py", "src/apps/a/x.py")
    assert result.places == ["src/apps/a/x.py:2:5"]
    assert result.err.startswith(f"guardrails: {two}/tool.py is not checked: it does not lie in {two}/src\n")
    assert run(two, "tool.py").code == 0


def test_an_excluded_file_is_not_checked_even_by_name(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": SENDS}, table=TABLE + 'exclude = ["x.py"]\n')
    assert run(tmp_path, "apps/a/x.py").code == 0


def test_files_of_the_project_that_are_not_python_can_be_asked_for(tmp_path: Path) -> None:
    project(tmp_path, {"requirements.txt/x": ""}, table="[tool.guardrails]\n")
    assert run(tmp_path, "requirements.txt").places == ["requirements.txt:1:1"]


def test_several_projects_are_refused(tmp_path: Path) -> None:
    project(tmp_path / "one", {})
    project(tmp_path / "two", {})
    result = run(tmp_path, "one", "two")
    assert (result.code, result.out) == (2, "")
    assert f"belong to several projects, {tmp_path}/one, {tmp_path}/two: check each by itself," in result.err
    assert result.err.endswith(
        "itself, or have one pyproject.toml say where the source is (root in [tool.guardrails])\n"
    )


def test_what_lies_elsewhere_is_told_by_its_whole_path(tmp_path: Path) -> None:
    project(tmp_path / "one", {"apps/a/x.py": SENDS})
    (tmp_path / "two").mkdir()
    assert run(tmp_path / "two", "../one").places == [f"{tmp_path}/one/apps/a/x.py:2:5"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "guardrails: there is no "),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--select", "GR003,GR999"], "there is no rule GR999; there are GR001, GR002, "),
        (["--ignore", "gr003"], "there is no rule gr003"),
        (["--explain", "GR999"], "there is no rule GR999; there are GR001, GR002, "),
        (["--fix", "--diff"], "not allowed with argument"),
        (["--unknown"], "unrecognized arguments: --unknown"),
    ],
)
def test_wrong_use_is_refused(tmp_path: Path, arguments: list[str], told: str) -> None:
    result = run(project(tmp_path, {}), *arguments)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


HELP = """
[PATH ...] Check the rules of the given structure. positional arguments:
  PATH                  folders or files: the whole project is read, what is found in them is told
options:
  -h, --help            show this help message and exit
  --format {text,json,sarif,github}
  --select CODES        check these rules alone (GR003,GR005)
  --ignore CODES        leave these rules out
  --baseline FILE       do not tell the findings accepted in this file
  --write-baseline      accept all that is found now
  --explain CODE        print what a rule wants, with examples
  --suppressions        list the comments that allow findings
  --fix                 correct what can be corrected safely
  --diff                show what --fix would do
exit: 0 nothing found, 1 findings, 2 wrong use. Configuration: [tool.guardrails] of the nearest pyproject.toml.
"""


def test_every_option_is_explained(tmp_path: Path) -> None:
    result = run(tmp_path, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("usage: python -m guardrails ")
    assert " ".join(result.out.split()).endswith(" " + " ".join(HELP.split()))


def test_codes_are_selected_and_ignored(tmp_path: Path) -> None:
    table = '[tool.guardrails]\nselect = ["GR016", "GR011"]\nignore = ["GR011"]\n'
    project(
        tmp_path, {"apps/a/x.py": f"import celery\n{SENDS}broken(:\n", "apps/a/y.py": f"import celery\n{SENDS}"}, table
    )
    assert run(tmp_path).codes == ["GR016"]
    assert run(tmp_path, "--ignore", "GR016").codes == []
    assert run(tmp_path, "--select", "GR011,GR002").codes == ["GR002", "GR011"]
    assert run(tmp_path, "--select", "GR011", "--select", "GR002").codes == ["GR002", "GR011"]
    assert run(tmp_path, "--select", "GR011", "--select", "GR002", "--ignore", "GR011").codes == ["GR002"]
    assert run(tmp_path, "--ignore", "GR016", "--ignore", "GR002").codes == []
    assert run(tmp_path, "--select", "GR011,GR016", "--ignore", "GR011", "--ignore", "GR016").codes == []


def test_codes_are_ignored_for_paths(tmp_path: Path) -> None:
    table = '[tool.guardrails]\nselect = ["GR011", "GR016"]\n[tool.guardrails.per-path-ignores]\n"apps/a" = ["GR016"]\n'
    source = f"import celery\n{SENDS}"
    project(tmp_path, {"apps/a/x.py": source, "apps/b/x.py": source}, table)
    assert run(tmp_path).codes == ["GR011", "GR011", "GR016"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str, tmp_path: Path) -> None:
    result = run(tmp_path, "--explain", code)
    assert (result.code, result.err) == (0, "")
    assert result.out == (BACKEND / f"guardrails/examples/{code}.md").read_text()
    assert result.out.startswith(f"# {code} ")
    assert "## Bad: " in result.out
    assert "## Good: " in result.out


def test_codes_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == [f"GR{number:03}" for number in range(1, len(codes) + 1)]


def test_every_rule_is_registered() -> None:
    modules = {path.stem for path in (BACKEND / "guardrails/rules").glob("*.py") if "RULE = " in path.read_text()}
    assert modules == {rule.check.__module__.rpartition(".")[2] for rule in RULES}
