"""After the database was restored from a backup: it and the broker tell of two different pasts.

The broker may have messages that were asked for after the backup, and may have none of tasks that the backup knows as
sent, since they have run; what they did is lost. The restored outbox is the truth: the broker is emptied, and whatever
the outbox knows as not finished is sent again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from kombu import Connection
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection
from delivery.in_flight import in_flight
from delivery.lost_letters import rebuild_letters
from delivery.models import OperatorAct
from delivery.outbox import wake_relays
from delivery.resending import ResendRefused
from delivery.topology import dead_queues, task_queues

# More than objects of any kind can have been made between the backup and the loss: a million in a table at most.
IDS_AHEAD = 1_000_000
_RAISE_SEQUENCES = f"""
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 1) + {IDS_AHEAD})
    FROM pg_sequences WHERE schemaname = current_schema() AND coalesce(last_value, 1) < max_value - {IDS_AHEAD}
"""  # noqa: S608 (of constants)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    purged: int  # messages of the broker
    sequences: int
    sent_again: int
    letters: int  # that were lost with the broker's messages


def settle_restored(*, who: str, reason: str) -> Restored:
    """Make broker and restored database agree. Safe to repeat.

    Nothing else of Placar may run: raises ResendRefused where somebody consumes, and BrokerUnavailable.
    """
    if not reason.strip():
        raise ResendRefused("reason: must say why")
    purged = _empty_broker()
    sequences = _raise_sequences()
    # None of their messages is left to come.
    letters = rebuild_letters(who=who, reason=reason, quiet=timedelta(0))
    with transaction.atomic():
        sent_again = in_flight().update(sent_at=None)
        done = {"restored": True, "purged": purged, "sequences": sequences, "letters": letters}
        OperatorAct.objects.create(
            who=who, action=OperatorAct.Action.RESEND, selector=done, count=sent_again, reason=reason.strip()
        )
        wake_relays()
    return Restored(purged, sequences, sent_again, letters)


def _empty_broker() -> int:
    """Returns how many messages there were."""
    broker = open_connection()
    try:
        _check_nobody_consumes(broker)
        channel: Any = broker.default_channel
        return sum(channel.queue_purge(name) for name in _all_queues())
    except errors_of(broker) as error:
        raise BrokerUnavailable(describe(error)) from error
    finally:
        broker.collect()


def _check_nobody_consumes(broker: Connection) -> None:
    """What a consumer has in hand is not purged, and would run against the restored database."""
    channel: Any = broker.default_channel
    for queue in (*task_queues(), *dead_queues()):
        consumers = channel.queue_declare(queue.name, passive=True).consumer_count
        if consumers:
            raise ResendRefused(f"queue {queue.name} has {consumers} consumers: stop all of Placar first")


def _all_queues() -> Iterator[str]:
    """Those of tasks and of dead letters, and the delays."""
    for queue in (*task_queues(), *dead_queues()):
        yield queue.name
    for level in range(MAX_NUMBER_OF_BITS_TO_USE):
        yield level_name(level)


def _raise_sequences() -> int:
    """No id is given out that an object had which is lost: browsers, clients and receivers remember these.

    Returns of how many tables. SQLite's are raised nowhere: nothing but a copy of its file is restored there.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_SEQUENCES)
        return len(cursor.fetchall())
