"""`manage.py dead_letters`: what is meant, what it refuses, and what it says."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from delivery.dead_letters import Selector
from delivery.models import DeadLetter, OperatorAct, OutboxMessage, Replay
from delivery.replays import order_replay
from tests.dead_letters import NAME, make_dead_letters

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("dead_letters", *arguments, stdout=output)
    return output.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    return str(refused.value)


def decide(*arguments: str) -> str:
    return run(*arguments, "--reason", "a test", "--yes")


@pytest.mark.parametrize("act", ["list", "replay", "discard"])
def test_a_filter_that_names_what_there_is_nowhere_is_refused(act: str) -> None:
    make_dead_letters(1, fingerprint="5f0c3a91d2b47e68", queue="of an older release", task_name="events.old")
    told = refusal(act, "--task", "events.import")
    assert told.startswith("task 'events.import': is unknown; there are events.")
    assert {"events.generate_event_ranking", "events.old"} < set(told.partition("there are ")[2].split(", "))
    known = ", ".join(sorted([*settings.QUEUES, "of an older release"]))
    assert refusal(act, "--queue", "event") == f"queue 'event': is unknown; there are {known}"
    assert refusal(act, "--kind", "5f0c") == "kind '5f0c': is unknown; there are 5f0c3a91d2b47e68"


def test_names_that_have_no_dead_letter_now_are_known() -> None:
    assert run("list", "--task", "events.import_scores") == "waiting for a decision: 0 of 0\n"
    assert run("list", "--queue", "rankings") == "waiting for a decision: 0 of 0\n"
    assert refusal("replay", "--queue", "rankings") == "no dead letter that waits meets this"


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (("--task", "events.import_scores"), {1}),
        (("--queue", "rankings"), {2}),
        (("--kind", "1" * 16), {3}),
        (("--older-than", "3d"), {0, 1, 2, 3}),
        (("--argument", 'event_id="x"'), {4}),
        (("--queue", "events", "--older-than", "3d"), {0, 1, 3}),
    ],
)
def test_each_filter_means_what_it_says(chosen: tuple[str, ...], ids: set[int]) -> None:
    letters = [
        *make_dead_letters(1),
        *make_dead_letters(1, task_name="events.import_scores"),
        *make_dead_letters(1, queue="rankings"),
        *make_dead_letters(1, fingerprint="1" * 16),
        *make_dead_letters(1, kwargs={"event_id": "x"}, died_at="2126-01-01T00:00:00Z"),
    ]
    letter = "dead letter" if len(ids) == 1 else "dead letters"
    assert decide("discard", *chosen) == f"discarded: {len(ids)} {letter}\n"
    discarded = set(DeadLetter.objects.filter(state="discarded").values_list("pk", flat=True))
    assert discarded == {letters[number].pk for number in ids}


def test_letters_that_do_not_wait_are_refused_and_all_must_be_said() -> None:
    first, second = make_dead_letters(2)
    decide("discard", str(first.pk))
    assert refusal("replay", str(first.pk), str(second.pk)) == f"dead letter {first.pk} was discarded"
    assert refusal("discard", "999999") == "there is no dead letter 999999"
    assert refusal("replay", "--reason", "x", "--yes") == "name ids or a filter, or all of them by --all"
    assert refusal("replay", "--all") == "--reason: must say why"
    assert "replay 1 dead letter: not done; --yes says" in refusal("replay", "--all", "--reason", "x")
    assert "is not a number from 0.001 to 10000" in refusal("replay", "--all", "--rate", "0")
    assert run("replay", "--all", "--dry-run").endswith("dry run: replay would concern 1 dead letter\n")
    assert OperatorAct.objects.count() == 1
    assert decide("replay", str(second.pk)) == "replayed: 1 dead letter\n"
    second.refresh_from_db()
    assert refusal("replay", str(second.pk)) == f"dead letter {second.pk} was replayed as {second.replayed_as}"


def test_an_unreadable_message_cannot_be_replayed_and_nothing_of_the_choice_is() -> None:
    make_dead_letters(1)
    (letter,) = make_dead_letters(1, kwargs=None, body=b"garbage")
    assert f"dead letter {letter.pk}: is no task that can be asked for again" in refusal(
        "replay", "--all", "--reason", "x", "--yes"
    )
    assert "message:      b'garbage'" in run("show", str(letter.pk))
    assert [model.objects.count() for model in (OperatorAct, OutboxMessage, Replay)] == [0, 0, 0]
    assert not DeadLetter.objects.filter(act__isnull=False).exists()


def test_show_says_who_decided_and_what_became_of_it() -> None:
    discarded, canary, rest = make_dead_letters(3)
    assert "chosen by" not in run("show", str(discarded.pk))
    decide("discard", str(discarded.pk))
    act = OperatorAct.objects.get()
    assert f"chosen by:    {act.who}, {act.at.astimezone():%Y}" in run("show", str(discarded.pk))
    assert ": a test\n" in run("show", str(discarded.pk))
    replay = order_replay(Selector(ids=(canary.pk, rest.pk)).choice(), who="ana", reason="mended")
    assert f": mended (replay {replay.pk}: waits for its canary)\n" in run("show", str(rest.pk))
    run("stop", str(replay.pk), "--reason", "wrong ones")
    stopped = run("show", str(rest.pk))
    assert "waiting" in stopped.splitlines()[0]
    assert f"(replay {replay.pk}: stopped, by " in stopped
    assert ": wrong ones)\n" in stopped
    canary.refresh_from_db()
    message = OutboxMessage.objects.get()
    (again,) = make_dead_letters(1, task_id=str(message.task_id))
    assert f"replay of:    {canary.task_id}\n" in run("show", str(again.pk))
    assert f"replayed as:  {message.task_id}, waiting, dead letter {again.pk}\n" in run("show", str(canary.pk))
    assert NAME in run("list", "--each")
