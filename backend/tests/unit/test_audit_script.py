"""scripts/audit.py tells what was found from what could not be looked at."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "audit.py"


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tool(directory: Path, name: str, body: str) -> None:
    file = directory / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("scanner", "ended", "code"),
    [("trivy", 0, 0), ("trivy", 10, 1), ("trivy", 1, 2), ("grype", 0, 0), ("grype", 2, 1), ("grype", 1, 2)],
)
def test_a_scanner_that_fails_has_found_nothing(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scanner: str, ended: int, code: int
) -> None:
    tool(tmp_path, "docker", "exit 0")
    tool(tmp_path, scanner, f"exit {ended}")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.audit_image() == code


@pytest.mark.parametrize(("ended", "code"), [(0, 0), (10, 1), (1, 2)])
def test_a_search_for_secrets_that_fails_has_found_none(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ended: int, code: int
) -> None:
    tool(tmp_path, "python", f"exit {ended}")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert audit.audit_secrets() == code


def test_the_search_for_secrets_ends_so_when_it_finds_one(audit: ModuleType) -> None:
    assert f"FOUND = {audit.SECRETS_FOUND} " in SCRIPT.with_name("find_secrets.py").read_text()
