"""manage.py import_scores."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.events.models import Event, ImportBatch
from tests.integration.events.imports.files import current, entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gate.csv"
    path.write_text("Nr;time\n7;61\n12;x\n")
    return path


def run(*arguments: str, **options: Any) -> tuple[int, str]:
    """Exit code and output."""
    out = io.StringIO()
    try:
        call_command("import_scores", *arguments, stdout=out, **options)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_file_is_imported_in_the_command_s_own_process(race: Event, file: Path) -> None:
    code, report = run(race.slug, str(file), "--map", "bib=Nr,score=time", "--unit", "s")
    assert code == 1
    assert report.splitlines() == [
        "received           2",
        "accepted           1",
        "updated            0",
        "unchanged          0",
        "rejected           1",
        "withdrawn          0",
        "line 3, time: 'x': this is not a number",
    ]
    assert current(race) == {"7": 61_000}
    assert ImportBatch.objects.get().file_name == "gate.csv"


def test_a_file_without_a_wrong_row_ends_with_0(race: Event, file: Path) -> None:
    file.write_text("bib,score\n7,1:01\n")
    assert run(race.slug, str(file))[0] == 0


def test_the_report_as_json(race: Event, file: Path) -> None:
    code, report = run(race.slug, str(file), "--map", "bib=Nr,score=time", "--unit", "s", "--json", "--dry-run")
    assert code == 1
    assert json.loads(report) == {
        "import_id": ImportBatch.objects.get().pk,
        "state": "done",
        "dry_run": True,
        "received": 2,
        "accepted": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "withdrawn": 0,
        "refusal": "",
        "rejections": [{"line": 3, "column": "time", "value": "x", "reason": "this is not a number"}],
        "rejections_are_cut": False,
    }
    assert entries(race) == {}


def test_more_wrong_rows_than_are_kept_are_said_to_be_cut(
    race: Event, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.events.imports.run.MOST_REJECTIONS", 1)
    file.write_text("bib,score\n7,x\n8,x\n9,x\n")
    code, report = run(race.slug, str(file))
    assert code == 1
    assert report.splitlines()[-2:] == [
        "line 2, score: 'x': this is not a number",
        "... and 2 more, of which no details are kept",
    ]


def test_a_refused_file_is_reported_and_ends_with_1(race: Event, file: Path) -> None:
    code, report = run(race.slug, str(file))
    assert code == 1
    assert report.startswith("refused: line 1 has no column named 'bib'; its columns are: Nr, time\n")


def test_standard_input(race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"bib,score\n7,1:01\n")))
    assert run(race.slug, "-")[0] == 0
    assert current(race) == {"7": 61_000}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nowhere", "FILE"), "there is no event 'nowhere'"),
        (("EVENT", "/nowhere.csv"), "/nowhere.csv: No such file or directory"),
        (("EVENT", "FILE", "--map", "bib=a"), "map: a column for score or status is needed"),
        (("EVENT", "FILE", "--unit", "m"), "unit: 'm' is no unit of duration"),
    ],
)
def test_what_cannot_be_done_is_said(race: Event, file: Path, arguments: tuple[str, ...], reason: str) -> None:
    names = {"EVENT": race.slug, "FILE": str(file)}
    with pytest.raises(CommandError) as caught:
        run(*(names.get(argument, argument) for argument in arguments))
    assert reason in str(caught.value)
    assert not ImportBatch.objects.exists()
