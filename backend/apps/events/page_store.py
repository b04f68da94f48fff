"""The table of a ranking's pages: bytes in, bytes out.

In plain SQL, because a scoreboard is read for every visitor: the ORM takes longer to write these statements than
PostgreSQL to answer them.
"""

from collections.abc import Collection, Iterable

from django.db import connection

from apps.events.models import RankingPage

_TABLE = RankingPage._meta.db_table
_INSERT_ROWS = 200  # about 2 MB at once

Place = tuple[int, int]  # board number and first


def insert_pages(ranking_id: int, pages: Iterable[tuple[int, int, bytes]]) -> None:
    """Stores pages, each given as board number, first and content, within the caller's transaction."""
    if connection.vendor == "postgresql":
        _copy_in(ranking_id, pages)
    else:
        rows = [RankingPage(ranking_id=ranking_id, board=b, first=f, content=c) for b, f, c in pages]
        RankingPage.objects.bulk_create(rows, batch_size=_INSERT_ROWS)


def _copy_in(ranking_id: int, pages: Iterable[tuple[int, int, bytes]]) -> None:
    # An INSERT spells the bytes out as text, which takes twice as long.
    command = f"COPY {_TABLE} (ranking_id, board, first, content) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.set_types(["int8", "int4", "int8", "bytea"])
        for page in pages:
            copy.write_row((ranking_id, *page))


def fetch_pages(ranking_id: int, places: Collection[Place]) -> dict[Place, bytes]:
    """The contents of those pages that exist."""
    firsts: dict[int, list[int]] = {}
    for board, first in places:
        firsts.setdefault(board, []).append(first)
    conditions = [f"board = %s AND first IN ({_marks(each)})" for each in firsts.values()]
    parameters = [number for board, each in firsts.items() for number in (board, *each)]
    found = _fetch(f"ranking_id = %s AND ({' OR '.join(conditions)})", [ranking_id, *parameters]) if places else []
    return {(board, first): content for board, first, content in found}


def fetch_page_before(ranking_id: int, board: int, number: int) -> dict[Place, bytes]:
    """The last page that begins at or before a number; empty if there is none."""
    condition = "ranking_id = %s AND board = %s AND first <= %s ORDER BY first DESC LIMIT 1"
    return {(board, first): content for _board, first, content in _fetch(condition, [ranking_id, board, number])}


def fetch_firsts(ranking_id: int, board: int) -> list[int]:
    """Where the pages of a board begin, in order."""
    pages = RankingPage.objects.filter(ranking=ranking_id, board=board)
    return list(pages.order_by("first").values_list("first", flat=True))


def _marks(parameters: Collection[object]) -> str:
    return ", ".join(["%s"] * len(parameters))


def _fetch(condition: str, parameters: list[int]) -> list[tuple[int, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT board, first, content FROM {_TABLE} WHERE {condition}", parameters)  # noqa: S608 (constants)
        rows: list[tuple[int, int, bytes]] = cursor.fetchall()
    return rows
