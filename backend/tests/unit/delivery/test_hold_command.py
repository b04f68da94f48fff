"""`manage.py hold`: what it says, and what it refuses."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from delivery.models import Hold, OperatorAct
from delivery.outbox import enqueue

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"
QUEUES = ", ".join(sorted(settings.QUEUES))


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("hold", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("arguments", "selector"),
    [
        (["queue", "events"], {"queue": "events"}),
        (["task", NAME], {"task": NAME}),
        (["argument", "event_id=42"], {"argument": "event_id", "value": 42}),
        (["argument", 'event_id="42"'], {"argument": "event_id", "value": "42"}),
        (["argument", "event_id=null"], {"argument": "event_id", "value": None}),
        (["argument", "event_id=42", "--task", NAME], {"task": NAME, "argument": "event_id", "value": 42}),
    ],
)
def test_it_holds_what_is_named(arguments: list[str], selector: dict[str, Any]) -> None:
    run(*arguments, "--reason", "a wrong rule")
    hold = Hold.objects.get()
    assert hold.selector() == selector
    assert (hold.reason, hold.until) == ("a wrong rule", None)
    assert hold.created_by.endswith(" on the command line")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
    ],
)
def test_it_holds_for_a_time(text: str, length: timedelta) -> None:
    before = timezone.now()
    run("queue", "events", "--for", text, "--reason", "x")
    until = Hold.objects.get().until
    assert until is not None
    assert before + length <= until <= timezone.now() + length


def test_it_lists_what_is_held_and_releases_it() -> None:
    assert run("list") == "nothing is held\n"
    enqueue(NAME, {"event_id": 1})
    made = run("queue", "events", "--reason", "a wrong rule")
    hold = Hold.objects.get()
    assert run("list") == made
    assert made.startswith(f"hold {hold.pk}: queue events, until it is released, by {hold.created_by} since 20")
    assert made.endswith(": a wrong rule (1 waiting)\n")
    assert run("release", str(hold.pk), "--reason", "mended") == "released: queue events\n"
    assert run("list") == "nothing is held\n"
    assert OperatorAct.objects.latest("id").reason == "mended"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["queue", "event", "--reason", "x"],
            rf"queue 'event': is unknown; there are {', '.join(sorted(settings.QUEUES))}",
        ),
        (["task", "events.rank", "--reason", "x"], r"task 'events\.rank': is unknown; there are events\."),
        (["argument", "event_id=1", "--task", "no.task", "--reason", "x"], r"task 'no\.task': is unknown"),
        (["argument", "event_id", "--reason", "x"], r"'event_id' is not NAME=VALUE, as in event_id=42"),
        (["argument", "slug=race", "--reason", "x"], r"""'race' is not JSON; a text has quotes: 'slug="race"'"""),
        (["argument", "=1", "--reason", "x"], r"needs either a queue, or a task name or an argument"),
        (["argument", "a-b=1", "--reason", "x"], r"argument 'a-b': is no name of an argument"),
        (["queue", "events"], r"arguments are required: --reason"),
        (["queue", "events", "--reason", ""], r"reason: must say why"),
        (["queue", "events", "--for", "2", "--reason", "x"], r"'2' is not a whole number with s, m, h or d"),
        (["queue", "events", "--for", "-2h", "--reason", "x"], r"argument --for: expected one argument"),
        (["queue", "events", "--for", "0h", "--reason", "x"], r"'0h' is not between 1s and 365d"),
        (["queue", "events", "--for", "366d", "--reason", "x"], r"'366d' is not between 1s and 365d"),
        (["queue", "events", "--for", "soon", "--reason", "x"], r"'soon' is not a whole number"),
        (["release", "1", "--reason", "x"], r"hold 1: there is none"),
        (["release", "all", "--reason", "x"], r"invalid int value: 'all'"),
        (["everything", "--reason", "x"], r"invalid choice: 'everything'"),
        ([], r"arguments are required: queue\|task\|argument\|list\|release"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*arguments)
    assert not Hold.objects.exists()
