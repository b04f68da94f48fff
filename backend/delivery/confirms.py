"""Keeps account of what a channel in confirm mode has sent and how the broker answered."""

from typing import Any

from delivery.messages import Row


class Confirms:
    """The messages of one channel by delivery tag: 1, 2, 3 in the order of sending.

    The broker confirms one tag, or all up to one. A message that no queue takes is returned first and confirmed then.
    """

    def __init__(self, channel: Any) -> None:
        self._sent = 0
        self._answered_up_to = 0  # what "all up to one" has covered already
        self._waiting: dict[int, Row] = {}
        self._row_ids: dict[str, int] = {}
        self._refusals: dict[int, str] = {}
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)

    def expect(self, row: Row) -> None:
        """Note that the row is sent next."""
        self._sent += 1
        self._waiting[self._sent] = row
        self._row_ids[str(row.task_id)] = row.id

    @property
    def waiting(self) -> int:
        """How many messages have no answer yet."""
        return len(self._waiting)

    def take_refusals(self) -> dict[int, str]:
        """Why, by row id, for each message refused since the last call. Call it when nothing waits."""
        refusals, self._refusals = self._refusals, {}
        self._row_ids.clear()
        return refusals

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._tags(delivery_tag, multiple):
            self._waiting.pop(tag, None)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._tags(delivery_tag, multiple):
            if row := self._waiting.pop(tag, None):
                self._refusals[row.id] = "the broker could not store it (nack)"

    def _tags(self, delivery_tag: int, multiple: bool) -> range:
        if not multiple:
            return range(delivery_tag, delivery_tag + 1)
        tags = range(self._answered_up_to + 1, delivery_tag + 1)
        self._answered_up_to = delivery_tag
        return tags

    def _on_return(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        row_id = self._row_ids[message.properties["correlation_id"]]
        self._refusals[row_id] = f"{error.reply_text}: no queue for exchange {exchange!r}, routing key {routing_key!r}"
