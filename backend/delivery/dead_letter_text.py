"""Dead letters, their kinds and their replays, as the command line and the admin tell of them."""

import json
from collections.abc import Iterator
from typing import Any

from delivery.holds import describe_time
from delivery.ledger import UnknownTask, task_state
from delivery.models import DeadLetter, OperatorAct, OutboxMessage, Replay
from delivery.replays import waiting_for


def count_of(number: int) -> str:
    """`1 dead letter`, `2 dead letters`."""
    return f"{number} dead letter{'' if number == 1 else 's'}"


def describe(letter: DeadLetter) -> str:
    """A dead letter in one line."""
    exception = letter.exception_type or letter.cause
    arguments = json.dumps(letter.kwargs)
    return f"{letter.pk:>7}  {letter.fingerprint}  {describe_time(letter.died_at)}  {letter}  {arguments}  {exception}"


def describe_kind(kind: dict[str, Any]) -> str:
    """A kind of failure in one line."""
    name = kind["task_name"] or "unreadable message"
    what = kind["exception_type"] or kind["cause"]
    last = describe_time(kind["last"])
    return (
        f"{kind['count']:>7}  {kind['fingerprint']}  {name}  {what}  last {last}, as in dead letter {kind['example']}"
    )


def describe_replay(replay: Replay) -> str:
    """A replay in one line."""
    canary = f" {replay.canary}" if replay.state == Replay.State.CANARY else ""
    pace = f", {replay.per_second:g} a second" if replay.per_second else ""
    rest = f", {count_of(waiting_for(replay).count())} still to come"
    return f"replay {replay.pk}: {replay.get_state_display()}{canary}{pace}{rest}, by {describe_act(replay.act)}"


def describe_act(act: OperatorAct) -> str:
    """Who, when and why."""
    return f"{act.who}, {describe_time(act.at)}: {act.reason}"


def tell(letter: DeadLetter) -> Iterator[str]:
    """All that is known of a dead letter, line by line."""
    lines = {
        "dead letter": f"{letter.pk}, {letter.state}",
        "task": f"{letter.task_name} {letter.task_id}",
        "correlation": letter.correlation_id or None,
        "arguments": json.dumps(letter.kwargs),
        "queue": letter.queue,
        "died": f"{describe_time(letter.died_at)} ({letter.cause})",
        "exception": f"{letter.exception_type}: {letter.exception_message}".removeprefix(": "),
        "kind": letter.fingerprint,
        "replay of": _replay_of(letter),
        "replayed as": _replayed_as(letter),
        "chosen by": _chosen_by(letter),
    }
    for name, value in lines.items():
        if value is not None:
            yield f"{name + ':':<13} {value}"
    if letter.kwargs is None:
        yield f"{'message:':<13} {bytes(letter.body[:2000])!r}"
    if letter.traceback:
        yield f"\n{letter.traceback}"


def _replay_of(letter: DeadLetter) -> str | None:
    """The task that this one was to replay."""
    message = OutboxMessage.objects.filter(task_id=letter.task_id).first() if letter.kwargs is not None else None
    return str(message.replays) if message is not None and message.replays else None


def _replayed_as(letter: DeadLetter) -> str | None:
    """The task by which it was tried anew, and how that went."""
    if letter.replayed_as is None:
        return None
    try:
        state: str = task_state(letter.replayed_as).state
    except UnknownTask:
        state = "unknown by now"
    again = DeadLetter.objects.filter(task_id=str(letter.replayed_as)).order_by("id").last()
    return f"{letter.replayed_as}, {state}{f', dead letter {again.pk}' if again else ''}"


def _chosen_by(letter: DeadLetter) -> str | None:
    """Who decided, and what became of it."""
    if letter.act is None:
        return None
    replay = Replay.objects.filter(act=letter.act).first()
    if replay is None:
        return describe_act(letter.act)
    outcome = f", {replay.outcome}" if replay.outcome else ""
    return f"{describe_act(letter.act)} (replay {replay.pk}: {replay.get_state_display()}{outcome})"
