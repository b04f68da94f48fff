"""Keeps account of what a channel in confirm mode has sent and how the broker answered."""

from typing import Any


class Confirms:
    """The messages of one channel by delivery tag: 1, 2, 3 in the order of sending.

    The broker confirms one tag, or all up to one. A message that no queue takes is returned first and confirmed then.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._answered_up_to = 0  # every tag up to here is answered; above it `_waiting` decides
        self._waiting: set[int] = set()
        self._tag_of: dict[str, int] = {}
        self._refusals: dict[int, str] = {}

    def listen(self, channel: Any) -> None:
        """Hear the channel's acks, nacks and returns."""
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)

    def expect(self, correlation_id: str) -> int:
        """Note that one more message is sent; returns its delivery tag."""
        self._sent += 1
        self._waiting.add(self._sent)
        self._tag_of[correlation_id] = self._sent
        return self._sent

    @property
    def waiting(self) -> int:
        """How many messages have no answer yet."""
        return len(self._waiting)

    def take_refusals(self) -> dict[int, str]:
        """Why, by delivery tag, for each refused message since the last call."""
        refusals, self._refusals = self._refusals, {}
        self._tag_of.clear()
        return refusals

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._tags(delivery_tag, multiple):
            self._waiting.discard(tag)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._tags(delivery_tag, multiple):
            if tag in self._waiting:
                self._waiting.discard(tag)
                self._refusals[tag] = "the broker could not store it (nack)"

    def _tags(self, delivery_tag: int, multiple: bool) -> range:
        if not multiple:
            return range(delivery_tag, delivery_tag + 1)
        tags = range(self._answered_up_to + 1, delivery_tag + 1)
        self._answered_up_to = delivery_tag
        return tags

    def _on_return(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        tag = self._tag_of[message.properties["correlation_id"]]
        self._refusals[tag] = f"{error.reply_text}: no queue for exchange {exchange!r}, routing key {routing_key!r}"
