"""Runs every rule over a project."""

from pathlib import Path

from guardrails.project import read_project
from guardrails.rule import Finding
from guardrails.rules import RULES


def check(root: Path) -> list[Finding]:
    """Every finding in the project at root (the folder that holds `apps` and `config`), in reading order."""
    project = read_project(root)
    return sorted(finding for rule in RULES for finding in rule.findings(project))
