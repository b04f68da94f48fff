"""Replays: a canary first, the others at a pace, whatever becomes of the process that asked for it."""

import signal
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from delivery.dead_letters import Selector
from delivery.ledger import task_state
from delivery.models import DeadLetter, OperatorAct, OutboxMessage, Replay
from delivery.replays import order_replay
from tests.broker import Broker
from tests.dead_letters import NAME, make_dead_letters
from tests.processes import Processes, RunningProcess, wait_until

ALL = Selector().choice


@pytest.fixture
def consumer(processes: Processes) -> Iterator[RunningProcess]:
    consumer = processes.start_dead_letter_consumer()
    yield consumer
    assert consumer.stop() == 0


def wait_for_end(replay: Replay) -> Replay:
    wait_until(Replay.objects.filter(pk=replay.pk, ended_at__isnull=False).exists, "the end of the replay")
    replay.refresh_from_db()
    return replay


def count(state: str) -> int:
    return DeadLetter.objects.filter(state=state).count()


def test_a_replay_asks_anew_and_names_what_it_replays(processes: Processes, broker: Broker) -> None:
    letters = make_dead_letters(3)
    processes.start_relay()
    processes.start_worker()
    run = processes.run_command("dead_letters", "replay", "--task", NAME, "--reason", "mended", "--yes")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-1] == "replayed: 3 dead letters, the canary among them"
    for letter in letters:
        letter.refresh_from_db()
        assert letter.state == "replayed"
        assert letter.replayed_as is not None
        assert str(OutboxMessage.objects.get(task_id=letter.replayed_as).replays) == letter.task_id
    act = OperatorAct.objects.get()
    assert (act.action, act.count, act.reason, act.selector) == ("replay", 3, "mended", {"task": NAME})
    shown = processes.run_command("dead_letters", "show", str(letters[1].pk)).stdout
    assert f"chosen by:    {act.who}, " in shown
    assert ": mended (replay 1: done)" in shown.replace(f"replay {act.replay.pk}", "replay 1")
    wait_until(lambda: task_state(letters[2].replayed_as).state == "succeeded", "the last one done")  # type: ignore[arg-type]


def test_a_canary_that_dies_again_keeps_the_rest(
    processes: Processes, broker: Broker, consumer: RunningProcess
) -> None:
    make_dead_letters(3)
    processes.start_relay()
    processes.start_sabotaged_worker("exception")
    run = processes.run_command("dead_letters", "replay", "--all", "--reason", "try", "--yes")
    assert run.returncode == 1
    assert "was stopped: the canary failed: RuntimeError: sabotaged; not replayed: 2 dead letters" in run.stderr
    assert count("replayed") == 1
    assert OutboxMessage.objects.count() == 1
    replay = Replay.objects.get()
    assert (replay.state, replay.outcome) == ("stopped", "the canary failed: RuntimeError: sabotaged")


def test_a_replay_goes_on_without_the_command_that_asked_for_it(processes: Processes, broker: Broker) -> None:
    make_dead_letters(3)
    command = processes.start_command("dead_letters", "replay", "--all", "--reason", "try", "--yes")
    wait_until(OutboxMessage.objects.exists, "the canary")
    command.signal(signal.SIGKILL)
    command.wait()
    make_dead_letters(1)  # after the choice, so not of it
    listed = processes.run_command("dead_letters", "list").stdout
    canary = OutboxMessage.objects.get().task_id
    assert f"waits for its canary {canary}, 2 dead letters still to come, by " in listed
    processes.start_relay()
    processes.start_worker()
    consumers = [processes.start_dead_letter_consumer() for _ in range(2)]
    assert wait_for_end(Replay.objects.get()).state == "done"
    assert (count("replayed"), count("waiting"), OutboxMessage.objects.count()) == (3, 1, 3)
    assert [consumer.stop() for consumer in consumers] == [0, 0]


def test_a_replay_of_a_thousand_keeps_its_pace(processes: Processes, broker: Broker, consumer: RunningProcess) -> None:
    per_second, total = 200, 1000
    make_dead_letters(total)
    processes.start_relay()
    processes.start_worker()
    replay = order_replay(ALL(), who="ana", reason="mended", per_second=per_second)
    assert wait_for_end(replay).state == "done"
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "all of them sent")
    sent = sorted(moment for moment in OutboxMessage.objects.values_list("sent_at", flat=True) if moment is not None)
    assert len(sent) == total
    # What is promised: half a second's worth more than the rate in any second, and none more in the long run.
    second, most = timedelta(seconds=1), int(per_second * 1.5) + 1
    assert all(later - earlier >= second for earlier, later in zip(sent, sent[most:], strict=False))
    assert sent[-1] - sent[0] >= timedelta(seconds=total / per_second - 0.5)
    act = OperatorAct.objects.get()
    assert (act.who, act.action, act.count, act.reason, act.selector) == ("ana", "replay", total, "mended", {})
    replayed = OutboxMessage.objects.values_list("replays", flat=True)
    assert {str(task_id) for task_id in replayed} == set(DeadLetter.objects.values_list("task_id", flat=True))


def test_a_failing_canary_leaves_999_waiting(processes: Processes, broker: Broker, consumer: RunningProcess) -> None:
    make_dead_letters(1000)
    processes.start_relay()
    processes.start_sabotaged_worker("exception")
    replay = order_replay(ALL(), who="ana", reason="try", per_second=200)
    assert wait_for_end(replay).state == "stopped"
    assert (count("replayed"), OutboxMessage.objects.count()) == (1, 1)
    wait_until(lambda: count("waiting") == 1000, "999 as before, and the canary that died again")
    again = DeadLetter.objects.latest("id")
    assert OutboxMessage.objects.get(task_id=again.task_id).replays == uuid.UUID(
        DeadLetter.objects.earliest("id").task_id
    )
    act = OperatorAct.objects.get()
    assert (act.action, act.count, act.replay.outcome) == ("replay", 1000, replay.outcome)


def test_while_nothing_is_sent_only_half_a_second_is_asked_for_and_a_stop_keeps_the_rest(
    processes: Processes, broker: Broker, consumer: RunningProcess
) -> None:
    make_dead_letters(100)
    replay = order_replay(ALL(), who="ana", reason="mended", per_second=20, with_canary=False)
    # There is no relay, so that what a step asked for is never sent.
    listed = processes.run_command("dead_letters", "list").stdout
    assert "going on, 20 a second, 90 dead letters still to come, by ana, " in listed
    assert OutboxMessage.objects.count() == 10
    run = processes.run_command("dead_letters", "stop", str(replay.pk), "--reason", "too much")
    assert run.stdout == "stopped; not replayed: 90 dead letters\n"
    assert list(OperatorAct.objects.order_by("id").values_list("action", "count")) == [("replay", 100), ("stop", 90)]
    again = processes.run_command("dead_letters", "stop", str(replay.pk), "--reason", "too much")
    assert f"replay {replay.pk}: is stopped" in again.stderr
