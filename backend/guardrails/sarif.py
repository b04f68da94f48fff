"""Findings as SARIF 2.1.0, the form of OASIS that code scanning services take in."""

import json
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from guardrails.fingerprints import numbered
from guardrails.formats import Shown
from guardrails.project import Project
from guardrails.rule import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(project: Project, findings: Iterable[Finding], shown: Shown, whys: Mapping[str, str]) -> str:
    """`whys` are the reasons of all rules, by code; paths are as seen from the folder that the service knows."""
    codes = sorted(whys)
    driver = {"name": "guardrails", "rules": [_rule(code, whys[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, fingerprint, codes.index(finding.code), shown)
            for finding, fingerprint in numbered(project, findings)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str, why: str) -> dict[str, object]:
    return {
        "id": code,
        "shortDescription": {"text": f"{why[0].upper()}{why[1:]}."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, fingerprint: str, index: int, shown: Shown) -> dict[str, object]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    place = {"artifactLocation": {"uri": quote(shown(finding.path), errors="surrogateescape")}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": _literal(finding.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"guardrails/v1": fingerprint},
    }


def _literal(text: str) -> str:
    """Braces are doubled, as a single pair would be a placeholder (SARIF 2.1.0, messages with placeholders)."""
    return text.replace("{", "{{").replace("}", "}}")
