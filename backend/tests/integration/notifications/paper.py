"""A channel for tests: it delivers into a list, by the lanes and with the answers that a test wants."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Case, QuerySet, Value, When

from apps.notifications.channels.base import Outcome, Outgoing, Result
from apps.notifications.messages import Message
from apps.notifications.models import Delivery, Lane

SENT = Result(Outcome.SENT, "taken")
Answer = Callable[[str], Result]


def lane(provider: str = "post", **fields: Any) -> Lane:
    return Lane.objects.get_or_create(channel="paper", provider=provider, defaults=fields)[0]


class PaperChannel:
    """Each user's name is the address."""

    name = "paper"
    label = "paper"
    runs = 2
    senders = 4
    senders_per_lane = 2
    most_at_once = 100
    send_seconds = 5.0
    rate_per_second: float | None = None
    most_per_hour: int | None = None

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.texts: list[str] = []
        self.answer: Answer = lambda _name: SENT
        self.lanes: dict[str, Lane] = {}
        self.problems: dict[str, str] = {}
        self.unmade: Callable[[str], str] = lambda _name: ""
        self.given_up: list[str] = []
        self.senders_opened = 0
        self.busiest = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def destinations(self, kind: str) -> QuerySet[Any, Any]:
        usual = lane()
        lanes = [When(username=name, then=Value(one.pk)) for name, one in self.lanes.items()]
        problems = [When(username=name, then=Value(problem)) for name, problem in self.problems.items()]
        return User.objects.values_list(
            "pk",
            Case(*lanes, default=Value(usual.pk)),
            Value(None, output_field=BigIntegerField()),
            Case(*problems, default=Value("")),
        )

    def prepare(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> list[Outgoing | str]:
        names = [one.notification.recipient.username for one in deliveries]
        return [
            self.unmade(name) or Outgoing(delivery, (name, message.title, message.text))
            for name, delivery, message in zip(names, deliveries, messages, strict=True)
        ]

    def open(self) -> "PaperSender":
        self.senders_opened += 1
        return PaperSender(self)

    def give_up_destination(self, delivery: Delivery, result: Result) -> None:
        self.given_up.append(delivery.notification.recipient.username)

    def write(self, message: Outgoing) -> Result:
        name, title, text = message.content
        with self._lock:
            self._at_once += 1
            self.busiest = max(self.busiest, self._at_once)
        try:
            result = self.answer(name)
        finally:
            with self._lock:
                self._at_once -= 1
        if result.outcome == Outcome.SENT:
            with self._lock:
                self.delivered.append(name)
                self.texts.append(f"{title}\n{text}")
        return result


class PaperSender:
    def __init__(self, channel: PaperChannel) -> None:
        self._channel = channel

    def send(self, message: Outgoing) -> Result:
        return self._channel.write(message)

    def close(self) -> None:
        self._channel.senders_opened -= 1
