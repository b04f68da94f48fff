"""AGENTS.md names what there is, and whoever reads another file is led to it."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

import apps.errors
import apps.events.services
from guardrails.rules import RULES
from tests.unit.makers.projects import ROOT

TEXT = (ROOT / "AGENTS.md").read_text()
QUOTED = re.findall(r"`([^`\n]+)`", TEXT)
POINTERS = {"CLAUDE.md": "@AGENTS.md\n", "GEMINI.md": "@./AGENTS.md\n"}
# Of these Zed reads the first that there is, and AGENTS.md only where there is none (https://zed.dev/docs/ai/instructions).
HIDING = (".rules", ".cursorrules", ".windsurfrules", ".clinerules", ".github/copilot-instructions.md", "AGENT.md")


def test_it_is_read_whole() -> None:
    # Windsurf cuts off what is longer (https://docs.devin.ai/desktop/cascade/agents-md).
    assert len(TEXT) < 6000


@pytest.mark.parametrize(("name", "text"), POINTERS.items())
def test_other_names_import_it(name: str, text: str) -> None:
    assert (ROOT / name).read_text() == text


def test_aider_reads_it() -> None:
    assert "\nread: AGENTS.md\n" in (ROOT / ".aider.conf.yml").read_text()


@pytest.mark.parametrize("name", HIDING)
def test_no_other_file_hides_it(name: str) -> None:
    assert not (ROOT / name).exists()


def test_every_path_is_there() -> None:
    paths = [one for one in QUOTED if re.fullmatch(r"[\w./-]+/[\w./-]*|\w+\.md", one) and "..." not in one]
    assert len(paths) > 12
    # As a reader takes them: from the root, or from backend/; what each app has, from an app.
    missing = [one for one in paths if not any((folder / one).exists() for folder in (ROOT, ROOT / "backend"))]
    assert missing == []


def test_every_command_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE))
    assert {"check", "test", "format", "run"} <= asked <= targets
    assert set(re.findall(r"manage\.py (\w+)", TEXT)) <= set(get_commands())


def test_every_name_is_there() -> None:
    services = {one for one in QUOTED if re.fullmatch(r"(void|supersede|change)_\w+", one)}
    refusals = {one for one in QUOTED if re.fullmatch(r"[A-Z][a-z]\w+", one)} - {"ValueError"}
    assert len(services) == 3
    assert len(refusals) == 4
    assert services <= set(vars(apps.events.services))
    assert refusals <= set(vars(apps.errors))
    assert set(re.findall(r"GR\d+", TEXT)) <= {rule.code for rule in RULES}


def test_what_is_said_elsewhere_is_said_there() -> None:
    heading = re.search(r'CONTRIBUTING\.md, "([^"]+)"', TEXT)
    assert heading is not None
    assert f"\n## {heading[1]}\n" in Path(ROOT / "CONTRIBUTING.md").read_text()
