"""The tool that runs the tests side by side: all of them run once, a failure is told, and a signal ends everything."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import BACKEND, PATIENCE_SECONDS

TOOL = BACKEND.parent / "scripts" / "lanes.py"
MODULE = """
import time, pytest

@pytest.fixture(scope="module")
def begun():
    yield {name!r}
    time.sleep(0.05)

@pytest.mark.parametrize("number", range(3))
def test_{name}(begun, number):
    print("ran", begun, number)
    time.sleep(0.05)
    assert ({name!r}, number) != {failing!r}
"""
FAILING = ("two_4", 1)


def start_lanes(*command: str, **environment: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, str(TOOL), "3", *command]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=os.environ | environment)


def run_pytest(directory: Path, failing: object) -> tuple[int, str]:
    for name in (f"{folder}_{number}" for folder in ("one", "two") for number in range(10)):
        folder = directory / name[:3]
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        (folder / f"test_{name}.py").write_text(MODULE.format(name=name, failing=failing))
    plugin = ("-p", "no:django", "-p", "tests.lanes", "-p", "no:cacheprovider", "--rootdir", str(directory))
    lanes = start_lanes(sys.executable, "-m", "pytest", "-sq", *plugin, str(directory), PYTHONPATH=str(BACKEND))
    output, _ = lanes.communicate(timeout=PATIENCE_SECONDS)
    return lanes.returncode, output


def test_every_test_runs_in_one_lane(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, None)
    ran = re.findall(r"(\d)\| \.*ran (\w+) (\d)", output)
    assert sorted(test for _, *test in ran) == [
        [f"{folder}_{number}", f"{case}"] for folder in ("one", "two") for number in range(10) for case in range(3)
    ]
    # No lane has all of it, and no file is shared.
    assert len({lane for lane, *_ in ran}) > 1
    assert len({(lane, file) for lane, file, _ in ran}) == 20
    assert code == 0, output


def test_one_that_fails_is_told_and_all_the_others_run(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, FAILING)
    assert code == 1
    assert output.count("ran ") == 60
    assert re.search(r"\d\| FAILED \S*two/test_two_4.py::test_two_4\[1\]", output)
    assert sorted(re.findall(r"^lanes: \d ended with exit code (\d): ", output, re.MULTILINE)) == ["0", "0", "1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_lanes(number: signal.Signals) -> None:
    lanes = start_lanes(sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()")
    assert lanes.stdout
    for _ in range(3):
        assert lanes.stdout.readline().endswith("| up\n")
    lanes.send_signal(number)
    output, _ = lanes.communicate(timeout=PATIENCE_SECONDS)
    assert lanes.returncode == 128 + number
    assert output.count("ended with exit code") == 3
