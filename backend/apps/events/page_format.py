"""The bytes of a ranking's pages: columns of integers, narrowed and compressed.

A page is, little-endian throughout:

    1 byte       the version of this format
    4            CRC-32 of everything that follows
    2            number of rows
    1            number of columns
    9 a column   how many planes it has, with the highest bit set if they are plain; its base, signed
    ...          the plain planes, column by column
    ...          the other planes, column by column, as one zlib stream

Plane k of a column is byte k of every row: like bytes together compress several times as fast as mixed ones. Planes are
plain where compression would gain next to nothing, as in entry ids by place: that is what costs it the most time.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import starmap

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import Ints

VERSION = 1
PAGE_ROWS = 1000
_LEVEL = 1  # of zlib: the higher ones take several times as long for a few per cent
_PLAIN = 0x80
_WORTH_IT = 0.9  # a column that compresses to more than this share stays plain
_PREFIX = struct.Struct("<BI")
_HEAD = struct.Struct("<HB")
_COLUMN = struct.Struct("<Bq")


class CorruptPage(Exception):
    """A stored page does not say what was written."""


class Coding(Enum):
    """How the numbers of a column are made small within a page."""

    OFFSET = "offset"  # above the page's lowest: any order
    DELTA = "delta"  # from the row before: columns that mostly rise or mostly fall


@dataclass(frozen=True, slots=True)
class _Narrow:
    base: Ints  # one per page
    planes: NDArray[np.uint8]  # pages, planes, rows of a page
    is_plain: bool


def encode_pages(columns: Sequence[tuple[Ints, Coding]]) -> list[bytes]:
    """Pages of PAGE_ROWS rows, the last one shorter, from columns of equal length."""
    count = len(columns[0][0])
    if not count:
        return []
    narrow = [_narrow(column, coding, min(PAGE_ROWS, count)) for column, coding in columns]
    no_planes = narrow[0].planes[:, :0]  # of every page, so that either kind may be missing
    plain = np.concatenate([no_planes, *(each.planes for each in narrow if each.is_plain)], axis=1)
    packed = np.concatenate([no_planes, *(each.planes for each in narrow if not each.is_plain)], axis=1)
    pages = []
    for number in range(len(no_planes)):
        rows = min(PAGE_ROWS, count - number * PAGE_ROWS)
        body = b"".join(
            (
                _head(narrow, number, rows),
                plain[number, :, :rows].tobytes(),
                zlib.compress(packed[number, :, :rows].tobytes(), _LEVEL),
            )
        )
        pages.append(_PREFIX.pack(VERSION, zlib.crc32(body)) + body)
    return pages


def _head(columns: Sequence[_Narrow], page: int, rows: int) -> bytes:
    heads = ((each.planes.shape[1] | _PLAIN * each.is_plain, int(each.base[page])) for each in columns)
    return _HEAD.pack(rows, len(columns)) + b"".join(starmap(_COLUMN.pack, heads))


def _narrow(column: Ints, coding: Coding, rows: int) -> _Narrow:
    pages = -(-len(column) // rows)
    # Padded with the last value, so that the padding widens nothing; it is cut off again when the page is written.
    table = np.pad(column, (0, pages * rows - len(column)), mode="edge").reshape(pages, rows)
    if coding is Coding.OFFSET:
        base = table.min(axis=1)
        small = table - base[:, None]
    else:
        base = table[:, 0].copy()
        step = np.diff(table, axis=1, prepend=table[:, :1])
        small = (step << 1) ^ (step >> 63)  # zigzag: small for small steps of either sign
    width = -(-int(small.max()).bit_length() // 8)
    octets = small.astype("<i8", copy=False).view(np.uint8).reshape(pages, rows, 8)
    planes = np.ascontiguousarray(octets[:, :, :width].transpose(0, 2, 1))
    sample = planes[pages // 2].tobytes()
    return _Narrow(base, planes, is_plain=len(zlib.compress(sample, _LEVEL)) > _WORTH_IT * len(sample))


def decode_page(content: bytes | memoryview, codings: Sequence[Coding]) -> list[Ints]:
    """The columns of one page. Raises CorruptPage."""
    body = _checked_body(content)
    rows, count = _HEAD.unpack_from(body)
    if count != len(codings):
        raise CorruptPage(f"it has {count} columns where {len(codings)} are expected")
    heads = [_COLUMN.unpack_from(body, _HEAD.size + number * _COLUMN.size) for number in range(count)]
    start = _HEAD.size + count * _COLUMN.size
    end = start + rows * sum(planes & ~_PLAIN for planes, _base in heads if planes & _PLAIN)
    plain, packed = memoryview(body)[start:end], memoryview(zlib.decompress(body[end:]))
    columns = []
    for (head, base), coding in zip(heads, codings, strict=True):
        width = head & ~_PLAIN
        if head & _PLAIN:
            octets, plain = plain[: rows * width], plain[rows * width :]
        else:
            octets, packed = packed[: rows * width], packed[rows * width :]
        columns.append(_widen(np.frombuffer(octets, np.uint8).reshape(width, rows), base, coding))
    return columns


def _checked_body(content: bytes | memoryview) -> bytes:
    if len(content) < _PREFIX.size + _HEAD.size:
        raise CorruptPage(f"it has {len(content)} bytes only")
    version, checksum = _PREFIX.unpack_from(content)
    if version != VERSION:
        raise CorruptPage(f"its format {version} is not known")
    body = bytes(content[_PREFIX.size :])
    if zlib.crc32(body) != checksum:
        raise CorruptPage("its checksum is wrong")
    return body


def _widen(planes: NDArray[np.uint8], base: int, coding: Coding) -> Ints:
    small = np.zeros(planes.shape[1], np.int64)
    for plane in planes[::-1]:  # the highest first
        small <<= 8
        small |= plane
    if coding is Coding.OFFSET:
        return small + base
    return np.cumsum((small >> 1) ^ -(small & 1)) + base
