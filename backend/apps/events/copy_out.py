"""Rows of fixed width out of PostgreSQL into numpy, by binary COPY.

https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
"""

from collections.abc import Generator
from typing import Any

import numpy as np
from django.db import DatabaseError, connection
from django.db.models.sql import Query
from numpy.typing import NDArray
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

_HEADER_BYTES = 19
_TRAILER = b"\xff\xff"
_PIECE_BYTES = 1 << 20


def copy_out(query: Query, dtype: np.dtype[Any]) -> Generator[NDArray[np.void], None, None]:
    """The query's rows in blocks of about a megabyte, as arrays that have the fields of `dtype`.

    Each column must be as wide as its field, and never NULL; integer fields are big-endian, as PostgreSQL sends them.
    Raises ValueError for any other width, DatabaseError when the server breaks off.
    """
    wire = _wire_dtype(dtype)
    rest = b""
    start = _HEADER_BYTES
    for piece in copy_stream(*query.sql_with_params()):
        data = rest + piece
        rows = (len(data) - start) // wire.itemsize
        block = np.frombuffer(data, wire, rows, start)
        _check_widths(block, dtype)
        yield block
        rest, start = data[start + rows * wire.itemsize :], 0
    if rest != _TRAILER:
        raise ValueError("the rows are not as wide as their fields")


def _wire_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Each row starts with its number of fields (2 bytes), each field with its width (4 bytes)."""
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for name in dtype.names or ():
        fields += [(f"{name} width", ">i4"), (name, dtype[name])]
    return np.dtype(fields)


def _check_widths(block: NDArray[np.void], dtype: np.dtype[Any]) -> None:
    names = dtype.names or ()
    if np.any(block["fields"] != len(names)) or any(
        np.any(block[f"{name} width"] != dtype[name].itemsize) for name in names
    ):
        raise ValueError("the rows are not as wide as their fields")


def copy_stream(select: str, parameters: tuple[Any, ...]) -> Generator[bytearray, None, None]:
    """What COPY sends in its binary format, in pieces of about a megabyte.

    PostgreSQL sends each row as a message of its own. psycopg waits for them and cancels the rest on an exception, but
    the rows that have arrived already are taken from libpq without it: that costs a third for each.
    """
    piece = bytearray()
    command = f"COPY ({select}) TO STDOUT (FORMAT binary)"
    # psycopg's own cursor: around it DEBUG puts one whose `copy` takes no parameters.
    with connection.cursor() as cursor, cursor.cursor.copy(command, parameters) as copy:
        pgconn: PGconn = copy.connection.pgconn
        while row := copy.read():
            size = 1
            while size > 0:
                piece += row
                size, row = pgconn.get_copy_data(1)
            if size < 0:
                _finish(pgconn)
                break
            if len(piece) >= _PIECE_BYTES:
                yield piece
                piece = bytearray()
    yield piece


def _finish(pgconn: PGconn) -> None:
    """Takes what follows the last row: the command's result, and the nothing that says it was the only one."""
    results = list(iter(pgconn.get_result, None))
    if len(results) != 1 or results[0].status != ExecStatus.COMMAND_OK:
        raise DatabaseError(results[0].get_error_message() if results else "the copy ended without a result")
