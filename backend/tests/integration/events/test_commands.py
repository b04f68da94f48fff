"""The commands that make an event and take its ranking out."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from django_celery_results.models import TaskResult

from apps.events.models import Event
from apps.events.services import generate_event_ranking, import_scores, request_event_ranking, submit_import
from delivery.models import OutboxMessage
from tests.factories import RACE, add_entry, add_score, make_event, make_user
from tests.processes import BACKEND, environment

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(RACE))
    return file


def test_create_event_makes_a_draft(rule_file: Path) -> None:
    assert run("create_event", "harbour", "--name", "Harbour 10K", "--rules", str(rule_file)) == (
        "harbour: created, draft\n"
    )
    event = Event.objects.get(slug="harbour")
    assert (event.name, event.rules, event.owner, event.visibility) == ("Harbour 10K", RACE, None, "public")


def test_create_event_with_everything(rule_file: Path) -> None:
    owner = make_user("olga")
    options = ("--open", "--owner", "olga", "--visibility", "unlisted")
    assert run("create_event", "harbour", "--name", "H", "--rules", str(rule_file), *options) == (
        "harbour: created, open\n"
    )
    event = Event.objects.get(slug="harbour")
    assert (event.state, event.owner, event.visibility) == ("open", owner, "unlisted")
    assert OutboxMessage.objects.get().task_name == "events.generate_event_ranking"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"metric": "duration",', r"rules\.json: line 1, column 23: this is not JSON"),
        ("[]", "rules: a JSON object is expected"),
        ('{"metric": "speed", "direction": "low"}', "rules: metric: Input should be 'points'"),
        ('{"metric": "duration"}', "rules: direction: Field required"),
        (b"\xff\xfe{", r"rules\.json: this is not a text in UTF-8"),
    ],
)
def test_create_event_names_what_is_wrong_in_the_rules(tmp_path: Path, content: str | bytes, reason: str) -> None:
    file = tmp_path / "rules.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=reason):
        run("create_event", "harbour", "--name", "Harbour 10K", "--rules", str(file))
    assert not Event.objects.exists()


def test_create_event_refuses_what_does_not_fit(rule_file: Path, tmp_path: Path) -> None:
    make_event(slug="harbour")
    for arguments, reason in (
        (["harbour", "--rules", str(rule_file)], "slug: there is an event 'harbour' already"),
        (["a b", "--rules", str(rule_file)], "slug: Enter a valid"),
        (["new", "--rules", str(rule_file), "--owner", "nobody"], "--owner: there is no user 'nobody'"),
        (["new", "--rules", str(tmp_path / "none.json")], r"none\.json: No such file"),
    ):
        with pytest.raises(CommandError, match=reason):
            run("create_event", *arguments, "--name", "N")
    assert Event.objects.count() == 1


@pytest.fixture
def race() -> Event:
    """Bia and Caio share the first place; Ana follows; Davi has no score."""
    event = make_event(slug="harbour")
    for bib, name, sex, time in (
        ("1", "Ana", "F", "21:00"),
        ("2", "Bia", "F", "20:00.5"),
        ("3", "Caio", "M", "20:00.5"),
        ("4", "Davi", "M", None),
    ):
        add_entry(event, bib, name=name, divisions={"sex": sex})
        if time:
            add_score(event, bib, time)
    generate_event_ranking(event.pk)
    return event


def rows(*arguments: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(run("export_ranking", "harbour", *arguments), newline="")))


def test_export_has_all_divisions_with_overall_first(race: Event) -> None:
    assert rows() == [
        ["division", "rank", "position", "bib", "name", "score", "status"],
        ["overall", "1", "1", "2", "Bia", "20:00.500", "finished"],
        ["overall", "1", "2", "3", "Caio", "20:00.500", "finished"],
        ["overall", "3", "3", "1", "Ana", "21:00", "finished"],
        ["overall", "", "4", "4", "Davi", "", "finished"],
        ["sex:F", "1", "1", "2", "Bia", "20:00.500", "finished"],
        ["sex:F", "2", "2", "1", "Ana", "21:00", "finished"],
        ["sex:M", "1", "1", "3", "Caio", "20:00.500", "finished"],
        ["sex:M", "", "2", "4", "Davi", "", "finished"],
    ]


def test_export_of_one_division_and_an_earlier_revision(race: Event) -> None:
    add_score(race, "4", "19:00")
    generate_event_ranking(race.pk)
    assert [row[4] for row in rows("--division", "sex:M")[1:]] == ["Davi", "Caio"]
    assert [row[4] for row in rows("--division", "sex:M", "--revision", "1")[1:]] == ["Caio", "Davi"]


def test_export_as_json_says_the_same(race: Event) -> None:
    header, *lines = rows()
    objects: list[dict[str, Any]] = json.loads(run("export_ranking", "harbour", "--format", "json"))
    assert [list(one.values()) for one in objects] == lines
    assert list(objects[0]) == header


def test_export_of_nobody_is_an_empty_list() -> None:
    generate_event_ranking(make_event(slug="harbour").pk)
    assert json.loads(run("export_ranking", "harbour", "--format", "json")) == []
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["none"], "there is no event 'none'"),
        (["harbour", "--division", "sex:X"], "division: revision 1 has no division 'sex:X'"),
        (["harbour", "--revision", "7"], "revision: there is no revision 7"),
        (["unranked"], "unranked has no ranking yet"),
    ],
)
def test_export_says_what_there_is_not(race: Event, arguments: list[str], reason: str) -> None:
    make_event(slug="unranked")
    with pytest.raises(CommandError, match=reason):
        run("export_ranking", *arguments)


def test_generate_ranking_asks_and_prints_the_task(race: Event) -> None:
    task_id = run("generate_ranking", "harbour").strip()
    message = OutboxMessage.objects.get(task_id=task_id)
    assert (message.task_name, message.kwargs) == ("events.generate_event_ranking", {"event_id": race.pk})
    assert message.not_before is None


def test_generate_ranking_gives_up_and_says_what_may_be_missing(race: Event) -> None:
    with pytest.raises(CommandError, match=r"not done after 0\.5 s; it was not sent to the broker yet: .*relay"):
        run("generate_ranking", "harbour", "--wait", "--timeout", "0.5")


def test_generate_ranking_refuses_a_draft() -> None:
    make_event(slug="draft", state="draft")
    with pytest.raises(CommandError, match="state: an event that is draft has no ranking"):
        run("generate_ranking", "draft")
    with pytest.raises(CommandError, match="there is no event 'none'"):
        run("generate_ranking", "none")


def test_generate_ranking_tells_why_it_failed(race: Event) -> None:
    OutboxMessage.objects.update(sent_at=timezone.now())
    task_id = request_event_ranking(race.pk)
    # As a worker writes it; the command gets the id of the request that still waits.
    TaskResult.objects.create(
        task_id=str(task_id), status="FAILURE", result='{"exc_type": "MemoryError", "exc_message": ["too large"]}'
    )
    with pytest.raises(CommandError, match="failed: MemoryError: too large"):
        run("generate_ranking", "harbour", "--wait")


def test_export_into_a_pipe_that_closes_early() -> None:
    event = make_event(slug="large")
    lines = "".join(f"{bib},20:{bib % 60:02}\n" for bib in range(1, 4001))
    import_scores(submit_import(event.pk, content=io.BytesIO(f"bib,score\n{lines}".encode()), by=None).pk)
    generate_event_ranking(event.pk)
    command = [sys.executable, "manage.py", "export_ranking", "large"]
    # Buffered, as it is where a shell starts it: what is left in the buffer must not be complained of at the end.
    env = environment() | {"PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, cwd=BACKEND, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        assert export.stdout.readline() == b"division,rank,position,bib,name,score,status\r\n"
        export.stdout.close()
        assert export.stderr.read() == b""
        assert export.wait() == 1
