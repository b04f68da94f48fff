"""What a channel is: how messages leave Placar. A new one is a module beside this one and a line in the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db.models import QuerySet

from apps.notifications.messages import Message
from apps.notifications.models import Delivery, DeliveryAttempt

Outcome = DeliveryAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one try to send."""

    outcome: Outcome
    answer: str  # as the other side gave it, or what went wrong: shown to staff
    wait: timedelta | None = None  # of a retry: what the other side asks for
    # The provider itself is unwell, and not this message: nothing of its lane is sent for a while.
    blames_lane: bool = False
    # The destination is gone for good, whatever is sent: see Channel.give_up_destination.
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery made ready: all that a sender needs. `content` is the channel's own."""

    delivery: Delivery
    content: Any
    carried_ids: Sequence[int] = ()  # deliveries that are told in it, too: set by the courier


class Sender(Protocol):
    """Sends one message after another, in a thread of its own and without the database; keeps its connection."""

    def send(self, message: Outgoing) -> Result:
        """Try once, within Channel.send_seconds. Whatever the other side does is a Result and not an exception."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Channel(Protocol):
    """A way to reach people."""

    name: str  # in rows and arguments
    label: str  # for people, translated when it is shown
    runs: int  # how many tasks of it a large announcement asks for
    senders: int  # how many messages of one run are sent at once
    senders_per_lane: int  # how many of them by one lane: a provider that hangs holds no more
    most_at_once: int  # how many messages a run takes and makes ready together, at most
    send_seconds: float  # the longest that one try takes
    rate_per_second: float | None  # of a lane that has no rate of its own
    most_per_hour: int | None  # for one person; what is more comes as a digest

    def destinations(self, kind: str) -> QuerySet[Any, tuple[int, int, int | None, str]]:
        """Where each user is reached with that kind: a query of (user id, lane id, endpoint id or None, problem).

        In that order. A problem (no address, a suppressed one) is why nothing will be sent there; it is on record.
        """
        ...

    def prepare(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> list[Outgoing | str]:
        """Make messages ready to be sent, in bulk. Text instead of a message: why that one is not sent after all."""
        ...

    def open(self) -> Sender:
        """A sender; connects when it has something to send."""
        ...

    def give_up_destination(self, delivery: Delivery, result: Result) -> None:
        """Note that a destination is gone, so that nothing is sent there again."""
        ...
