"""The bytes of a ranking's pages: columns of integers, narrowed and compressed.

A page is one version byte and a zlib stream. In it stand: the number of rows (2 bytes), the number of columns (1), then
per column its width in bytes (1) and its base (8, signed), then per column its planes: byte 0 of every row, byte 1 of
every row, and so on. All of it is little-endian. Planes of like bytes compress several times as fast as mixed ones.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import Ints

VERSION = 1
PAGE_ROWS = 1000
_LEVEL = 1  # of zlib: the higher ones take several times as long for a few per cent
_HEAD = struct.Struct("<HB")
_COLUMN = struct.Struct("<Bq")


class CorruptPage(Exception):
    """A stored page does not say what was written."""


class Coding(Enum):
    """How a column is narrowed within a page."""

    OFFSET = "offset"  # above the page's smallest: any order
    DELTA = "delta"  # difference from the row before: columns that mostly rise or mostly fall


@dataclass(frozen=True, slots=True)
class _Narrow:
    base: Ints  # one per page
    width: int  # bytes
    planes: NDArray[np.uint8]  # pages, width, rows of a page


def encode_pages(columns: Sequence[tuple[Ints, Coding]]) -> list[bytes]:
    """Pages of PAGE_ROWS rows, the last one shorter, from columns of equal length."""
    count = len(columns[0][0])
    if not count:
        return []
    rows = min(PAGE_ROWS, count)
    narrow = [_narrow(column, coding, rows) for column, coding in columns]
    planes = np.concatenate([each.planes for each in narrow], axis=1)
    pages = []
    for number in range(len(planes)):
        filled = min(rows, count - number * rows)
        head = _HEAD.pack(filled, len(narrow)) + b"".join(
            _COLUMN.pack(each.width, int(each.base[number])) for each in narrow
        )
        body = planes[number, :, :filled].tobytes()
        pages.append(bytes([VERSION]) + zlib.compress(head + body, _LEVEL))
    return pages


def _narrow(column: Ints, coding: Coding, rows: int) -> _Narrow:
    pages = -(-len(column) // rows)
    # Padded with the last value, so that the padding widens nothing; it is cut off again afterwards.
    padded = np.pad(column, (0, pages * rows - len(column)), mode="edge").reshape(pages, rows)
    if coding is Coding.OFFSET:
        base = padded.min(axis=1)
        small = padded - base[:, None]
    else:
        base = padded[:, 0].copy()
        step = np.diff(padded, axis=1, prepend=padded[:, :1])
        small = (step << 1) ^ (step >> 63)  # zigzag: small for small steps of either sign
    width = max(1, -(-int(small.max()).bit_length() // 8))
    by_byte = np.ascontiguousarray(small, "<i8").view(np.uint8).reshape(pages, rows, 8)
    return _Narrow(base, width, np.ascontiguousarray(by_byte[:, :, :width].transpose(0, 2, 1)))


def decode_page(content: bytes | memoryview, codings: Sequence[Coding]) -> list[Ints]:
    """The columns of one page. Raises CorruptPage."""
    content = bytes(content)
    if content[:1] != bytes([VERSION]):
        raise CorruptPage(f"format {content[:1].hex() or 'none'} is not known")
    try:
        body = zlib.decompress(content[1:])
        rows, columns = _HEAD.unpack_from(body)
        if columns != len(codings):
            raise CorruptPage(f"{columns} columns where {len(codings)} are expected")
        heads = [_COLUMN.unpack_from(body, _HEAD.size + number * _COLUMN.size) for number in range(columns)]
    except (zlib.error, struct.error) as error:
        raise CorruptPage(str(error)) from error
    start = _HEAD.size + columns * _COLUMN.size
    if len(body) != start + rows * sum(width for width, _base in heads):
        raise CorruptPage("its length does not fit its head")
    decoded = []
    for (width, base), coding in zip(heads, codings, strict=True):
        planes = np.frombuffer(body, np.uint8, rows * width, start).reshape(width, rows)
        decoded.append(_widen(planes, base, coding))
        start += rows * width
    return decoded


def _widen(planes: NDArray[np.uint8], base: int, coding: Coding) -> Ints:
    width, rows = planes.shape
    full = np.zeros((rows, 8), np.uint8)
    full[:, :width] = planes.T
    small = full.view("<i8").reshape(rows).astype(np.int64)
    if coding is Coding.OFFSET:
        return small + base
    return np.cumsum((small >> 1) ^ -(small & 1)) + base
