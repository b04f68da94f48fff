"""Messages for RabbitMQ, serialized once for each task's name instead of once for each message.

Serializing the twenty headers of a Celery message takes ten times as long as all else that the relay does for it, and
between two messages of one task only the id and the arguments differ. So Celery makes one message with marks in their
places, py-amqp serializes it, and what stands between the marks is kept.
"""

import re
import uuid
from collections.abc import Sequence
from functools import cache
from json import JSONEncoder
from struct import pack
from typing import Any

from amqp.serialization import dumps as dumps_amqp
from kombu.utils.json import dumps as dumps_json

from delivery.messages import Row, prepare, queue_of, represent

# kombu's own makes an encoder for each call; arguments in the outbox are plain JSON and need none of what it adds.
encode_json = JSONEncoder().encode

# Texts that cannot be part of anything else in a message.
ID_MARK, KWARGS_MARK, LENGTH_MARK, HEADERS_MARK = (str(uuid.uuid4()) for _ in range(4))


class Content:
    """A message as py-amqp's frame writer asks for it."""

    __slots__ = ("_properties", "body")
    properties: dict[str, Any] = {}  # the frame writer looks into them for a str body only

    def __init__(self, properties: bytes, body: bytes) -> None:
        self._properties = properties
        self.body = body

    def _serialize_properties(self) -> bytes:
        return self._properties


class Template:
    """The message of one task but for its id, its arguments and what it takes along. Raises NoRoute."""

    def __init__(self, channel: Any, task_name: str) -> None:
        queue = queue_of(task_name)
        # The arguments of basic.publish: 0, exchange, routing key, mandatory, not immediate.
        self.publish_arguments: bytes = dumps_amqp("Bssbb", (0, queue.exchange.name, queue.routing_key, True, False))
        kwargs = {KWARGS_MARK: KWARGS_MARK}
        message = prepare(channel, ID_MARK, task_name, kwargs, KWARGS_MARK, {HEADERS_MARK: HEADERS_MARK})
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        self._body = _Blanks(body, [dumps_json(kwargs).encode()])
        # The headers are a table: its length in four bytes, then its items. A text in it is its length and itself.
        headers: bytes = dumps_amqp("F", (message.headers,))
        blank_header = _header(HEADERS_MARK, HEADERS_MARK)
        self._fixed_length = len(headers) - 4 - len(_long_string(KWARGS_MARK)) - len(blank_header)
        properties = message._serialize_properties().replace(headers, LENGTH_MARK.encode() + headers[4:])
        marks = [LENGTH_MARK.encode(), ID_MARK.encode(), _long_string(KWARGS_MARK), blank_header]
        self._properties = _Blanks(properties, marks)

    def fill(self, row: Row) -> Content:
        """The message of the row."""
        kwargs = _long_string(represent(row.kwargs))
        headers = b"".join([_header(*header) for header in row.headers().items()])
        length = pack(">I", self._fixed_length + len(kwargs) + len(headers))
        properties = self._properties.fill([length, str(row.task_id).encode(), kwargs, headers])
        return Content(properties, self._body.fill([encode_json(row.kwargs).encode()]))


class _Blanks:
    """Bytes with blanks in the places of marks."""

    def __init__(self, content: bytes, marks: Sequence[bytes]) -> None:
        self._pieces = re.split(b"(" + b"|".join(map(re.escape, marks)) + b")", content)
        # Every second piece is a mark.
        self._blanks = [(place, marks.index(self._pieces[place])) for place in range(1, len(self._pieces), 2)]

    def fill(self, values: Sequence[bytes]) -> bytes:
        """The bytes with each mark's value, in the order of the marks."""
        pieces = self._pieces.copy()
        for place, mark in self._blanks:
            pieces[place] = values[mark]
        return b"".join(pieces)


def _header(name: str, text: str) -> bytes:
    """An item of a table: its name, the type of a text, and the text."""
    return _header_name(name) + _long_string(text)


@cache
def _header_name(name: str) -> bytes:
    """Behind its length in one byte, and before the type of a text. Of a handful of headers."""
    encoded = name.encode()
    return pack("B", len(encoded)) + encoded + b"S"


def _long_string(text: str) -> bytes:
    encoded = text.encode()
    return pack(">I", len(encoded)) + encoded
