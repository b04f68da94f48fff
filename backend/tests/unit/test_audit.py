"""`make audit` (scripts/audit.py) tells a scanner that found something from one that could not look."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "audit.py"


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("scanner", "code", "outcome"),
    [("trivy", 0, 0), ("trivy", 10, 1), ("trivy", 1, 2), ("grype", 0, 0), ("grype", 2, 1), ("grype", 1, 2)],
)
def test_a_scanner_that_fails_has_found_nothing(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: str, code: int, outcome: int
) -> None:
    for name, ends_with in (("docker", 0), (scanner, code)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {ends_with}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.audit_image() == outcome


def test_what_was_accepted_names_files_as_git_does() -> None:
    accepted = json.loads((SCRIPT.parents[1] / ".secrets.baseline").read_text())["results"]
    assert {name: {one["filename"] for one in ones} for name, ones in accepted.items()} == {n: {n} for n in accepted}
