"""The forms in which findings are told: to people, to programs, to GitHub. (SARIF: guardrails.sarif.)"""

import json
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from guardrails.rule import Finding

# What a finding's path is told as.
Shown = Callable[[PurePosixPath], str]


def text(findings: Iterable[Finding], shown: Shown) -> str:
    return "\n".join(f"{shown(each.path)}:{each.line}:{each.column}: {each.code} {each.message}" for each in findings)


def as_json(findings: Iterable[Finding], shown: Shown) -> str:
    return json.dumps({"findings": [_fields(each, shown) for each in findings]}, indent=2)


def _fields(finding: Finding, shown: Shown) -> dict[str, object]:
    return {
        "path": shown(finding.path),
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "code": finding.code,
        "message": finding.message,
        "instead": finding.instead,
        "fixable": bool(finding.fix),
    }


def github(findings: Iterable[Finding], shown: Shown) -> str:
    """Workflow commands, which GitHub shows beside the changed lines."""
    return "\n".join(_command(each, shown) for each in findings)


def _command(finding: Finding, shown: Shown) -> str:
    place = {"file": shown(finding.path), "line": finding.line, "endLine": finding.end_line}
    if finding.line == finding.end_line:  # GitHub takes columns on a single line only
        place |= {"col": finding.column, "endColumn": finding.end_column}
    properties = {**place, "title": finding.code}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::error {listed}::{_data(finding.message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
