"""The forms in which findings are told."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from guardrails.formats import github
from guardrails.rule import Finding
from tests.unit.guardrails.told import APPLICATION, SENDS, TABLE, project, run

SPREAD = 'é = "é"; (work.\n  delay)(1)\n'


def test_text_has_place_code_and_message(tmp_path: Path) -> None:
    result = run(project(tmp_path, {"apps/a/x.py": SENDS}))
    assert result.out.startswith("apps/a/x.py:2:5: GR016 .delay sends a task from here, but a message ")


def test_json_has_every_field(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": SPREAD})
    told = run(tmp_path, "--format", "json").out
    assert told.startswith('{\n  "findings": [\n    {\n      "path": ')
    (finding,) = json.loads(told)["findings"]
    message = finding.pop("message")
    assert message.startswith(".delay sends a task from here, but ")
    assert message.endswith(f"; {finding['instead']}.")
    assert finding == {
        "path": "apps/a/x.py",
        "line": 1,
        "column": 11,
        "end_line": 2,
        "end_column": 8,
        "code": "GR016",
        "instead": "call delivery.outbox.enqueue in the transaction that changes the state",
        "fixable": False,
    }
    project(tmp_path, {"apps/a/x.py": "x = 1  # guardrails: allow GR016 because of the trial\n"})
    (finding,) = json.loads(run(tmp_path, "--format", "json").out)["findings"]
    assert (finding["code"], finding["fixable"]) == ("GR093", True)


def test_json_of_nothing_is_json(tmp_path: Path) -> None:
    assert json.loads(run(project(tmp_path, {}), "--format", "json").out) == {"findings": []}


def test_github_commands_name_files_as_the_repository_does(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project(
        tmp_path,
        {"backend/apps/a/x.py": SENDS, "backend/config/celery.py": APPLICATION},
        table=TABLE + 'root = "backend"\n',
    )
    result = run(tmp_path / "backend", "--format", "github")
    assert result.out.startswith(
        "::error file=backend/apps/a/x.py,line=2,endLine=2,col=5,endColumn=15,title=GR016::.delay sends a task"
    )


def test_github_columns_are_of_one_line_only(tmp_path: Path) -> None:
    result = run(project(tmp_path, {"apps/a/x.py": SPREAD * 2}), "--format", "github")
    one, other = result.out.splitlines()
    assert one.startswith("::error file=apps/a/x.py,line=1,endLine=2,title=GR016::")
    assert other.startswith("::error file=apps/a/x.py,line=3,endLine=4,title=GR016::")


def test_github_commands_cannot_be_broken_out_of() -> None:
    finding = Finding(PurePosixPath("a,b:c%\n::error::.py"), 1, 1, "GR001", "50 %\r\n::set-output::")
    assert github([finding], str) == (
        "::error file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3A.py,line=1,endLine=1,col=1,endColumn=1,title=GR001"
        "::50 %25%0D%0A::set-output::"
    )


def sarif(root: Path) -> dict[str, Any]:
    told = run(root, "--format", "sarif").out
    assert told.startswith('{\n  "$schema": ')
    document = json.loads(told)
    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    assert isinstance(only, dict)
    return only


def test_sarif_has_rules_and_results(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project(
        tmp_path,
        {"backend/apps/a b/é.py": SPREAD, "backend/config/celery.py": APPLICATION},
        table=TABLE + 'root = "backend"\n',
    )
    only = sarif(tmp_path / "backend")
    (result,) = only["results"]
    rules = only["tool"]["driver"]["rules"]
    assert rules[0] == {
        "id": "GR001",
        "shortDescription": {"text": "The given structure is the same in every project, so nobody has to search."},
        "defaultConfiguration": {"level": "error"},
    }
    assert only["tool"]["driver"]["name"] == "guardrails"
    assert result["level"] == "error"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "GR016"
    assert [rule["id"] for rule in rules] == sorted(rule["id"] for rule in rules)
    assert only["columnKind"] == "unicodeCodePoints"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "backend/apps/a%20b/%C3%A9.py"},
                "region": {"startLine": 1, "startColumn": 11, "endLine": 2, "endColumn": 8},
            }
        }
    ]


def test_sarif_doubles_braces(tmp_path: Path) -> None:
    tasks = "from celery import shared_task\n@shared_task(name='a.b')\ndef b_task(): ...\n"
    project(tmp_path, {"apps/a/tasks.py": tasks}, table='[tool.guardrails]\nselect = ["GR010"]\n')
    (result,) = sarif(tmp_path)["results"]
    assert 'retry_kwargs={{"max_retries": 3, "countdown": 10}}' in result["message"]["text"]


def test_sarif_knows_findings_again_when_lines_move(tmp_path: Path) -> None:
    def fingerprints(source: str) -> list[str]:
        project(tmp_path, {"apps/a/x.py": source})
        return [each["partialFingerprints"]["guardrails/v1"] for each in sarif(tmp_path)["results"]]

    first = fingerprints("x.delay(1)\nx.delay(1)\nx.delay(2)\n")
    assert len(set(first)) == 3
    # Services keep them from one run to the next, and from one version to the next.
    assert first[:2] == ["2638848004a4b26bf009dae317b04e89", "c5eefba58f0a226280f8be69ad6b6aca"]
    assert fingerprints("import os\n\nx.delay(1)\nx.delay(1)\nx.delay(3)\n")[:2] == first[:2]
    assert fingerprints("import os\n\nx.delay(1)\nx.delay(1)\nx.delay(3)\n")[2] != first[2]
