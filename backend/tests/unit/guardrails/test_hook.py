"""The checker as a pre-commit hook of other repositories."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.guardrails.told import SENDS, project

ROOT = Path(__file__).parents[4]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
OWN = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_its_entry_runs_in_the_other_repository(tmp_path: Path, hook: dict[str, object]) -> None:
    project(tmp_path, {"apps/a/x.py": SENDS, "apps/b/x.py": SENDS})
    files = [] if hook.get("pass_filenames") is False else ["apps/b/x.py"]
    command = [str(ROOT / str(hook["entry"])), *files]
    environment = {"PATH": os.environ["PATH"]}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1, result.stderr
    told = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert told == (files or ["apps/a/x.py", "apps/b/x.py"])


def test_the_whole_project_is_checked_whatever_the_commit_changes() -> None:
    (whole,) = (hook for hook in HOOKS if hook["id"] == "guardrails")
    assert (whole["pass_filenames"], whole["always_run"]) == (False, True)


def test_this_project_uses_it() -> None:
    (own,) = (hook for hook in OWN if hook["id"] == "guardrails")
    assert own["entry"].endswith(HOOKS[0]["entry"])
    assert (own["pass_filenames"], own["always_run"]) == (False, True)
