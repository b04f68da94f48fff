"""What rankings are measured against: the least that PostgreSQL must do, and the query that one would write by hand."""

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.events.copy_out import copy_stream
from apps.events.models import DivisionSet, Entry, Score
from apps.events.result import RankingResult

_PLAIN_TABLE = """
DROP TABLE IF EXISTS plain_rows;
CREATE TABLE plain_rows (
    ranking_id bigint, entry_id bigint, rank integer, sex text, sex_rank integer, age text, age_rank integer,
    score bigint, PRIMARY KEY (ranking_id, entry_id)
);
CREATE INDEX ON plain_rows (ranking_id, rank);
CREATE INDEX ON plain_rows (ranking_id, age, age_rank);
"""

_PLAIN_INSERT = f"""
INSERT INTO plain_rows
SELECT 1, e.id,
    rank() OVER (ORDER BY s.value),
    d.values ->> 'sex', rank() OVER (PARTITION BY d.values ->> 'sex' ORDER BY s.value),
    d.values ->> 'age', rank() OVER (PARTITION BY d.values ->> 'age' ORDER BY s.value),
    s.value
FROM {Entry._meta.db_table} e
JOIN {DivisionSet._meta.db_table} d ON d.id = e.division_set_id
JOIN {Score._meta.db_table} s ON s.entry_id = e.id AND s.is_current
WHERE e.event_id = %s AND e.standing = {Entry.Standing.COMPETING} AND e.status = {Entry.Status.FINISHED}
"""

_FLOOR_TABLE = """
DROP TABLE IF EXISTS floor_rows;
CREATE UNLOGGED TABLE floor_rows (entry_id bigint, rank integer, sex_rank integer, age_rank integer, score bigint);
"""

_FLOOR_SELECT = f"""
SELECT e.id, e.bib, e.standing, e.status, e.adjustment, e.division_set_id, s.attempt, s.value
FROM {Entry._meta.db_table} e
LEFT JOIN {Score._meta.db_table} s ON s.entry_id = e.id AND s.is_current
WHERE e.event_id = %s
ORDER BY s.value
"""


def execute(sql: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def prepare_plain() -> None:
    execute(_PLAIN_TABLE)


def run_plain(event_id: int) -> None:
    """One statement: ranks overall and in both dimensions, into a table with its primary key and two indexes."""
    execute(_PLAIN_INSERT, event_id)


def prepare_floor() -> None:
    execute(_FLOOR_TABLE)


def run_floor(event_id: int, rows: bytes) -> None:
    """Receives the same input sorted by the server, and stores rows that were ready before."""
    for _piece in copy_stream(_FLOOR_SELECT, (event_id,)):
        pass
    with connection.cursor() as cursor, cursor.copy("COPY floor_rows FROM STDIN (FORMAT binary)") as copy:
        copy.write(rows)


def floor_rows(result: RankingResult) -> bytes:
    """The rows of floor_rows as a binary COPY stream."""
    fields = (("entry_id", 8), ("rank", 4), ("sex_rank", 4), ("age_rank", 4), ("score", 8))
    dtype = [("fields", ">i2")]
    for name, width in fields:
        dtype += [(f"{name} width", ">i4"), (name, f">i{width}")]
    rows = np.empty(len(result.entry_ids), dtype)
    rows["fields"] = len(fields)
    for name, width in fields:
        rows[f"{name} width"] = width
    rows["entry_id"], rows["score"] = result.entry_ids, result.score
    for name, dimension in (("rank", ""), ("sex_rank", "sex"), ("age_rank", "age")):
        rows[name] = _ranks(result, dimension)
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _ranks(result: RankingResult, dimension: str) -> NDArray[np.int64]:
    ranks = np.zeros(len(result.entry_ids), np.int64)
    for board in result.boards:
        if board.dimension == dimension:
            ranks[board.rows] = board.rank
    return ranks


def stored_bytes(table: str) -> int:
    """Of a table with its indexes and what is stored out of line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [table])
        return int(cursor.fetchone()[0])
