"""The table of a ranking's pages: bytes in, bytes out.

In plain SQL, because a scoreboard is read for every visitor: the ORM takes longer to write these statements than
PostgreSQL to answer them.
"""

from collections.abc import Collection, Iterable

from django.db import connection

from apps.events.models import Ranking, RankingPage

_TABLE = RankingPage._meta.db_table
_RANKINGS = Ranking._meta.db_table
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


def delete_rankings(ranking_ids: Collection[int]) -> None:
    """Removes rankings and their pages, within the caller's transaction, which fails if anything refers to one.

    The ORM would remove what refers to them as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_TABLE} WHERE ranking_id {among(ranking_ids)}")  # noqa: S608 (integers)
        cursor.execute(f"DELETE FROM {_RANKINGS} WHERE id {among(ranking_ids)}")  # noqa: S608 (integers)


def count_octets(ranking_ids: Collection[int]) -> int:
    """How many bytes the contents of their pages are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(length(content)) FROM {_TABLE} WHERE ranking_id {among(ranking_ids)}")  # noqa: S608
        return int(cursor.fetchone()[0] or 0)


def fetch_pages(ranking_id: int, places: Collection[Place]) -> dict[Place, bytes]:
    """The contents of those pages that exist."""
    if not places:
        return {}
    firsts: dict[int, list[int]] = {}
    for board, first in places:
        firsts.setdefault(board, []).append(first)
    conditions = [f"board = {board:d} AND first {among(each)}" for board, each in firsts.items()]
    return _fetch(ranking_id, " OR ".join(conditions))


def fetch_page_before(ranking_id: int, board: int, number: int) -> dict[Place, bytes]:
    """The last page that begins at or before a number; empty if there is none."""
    return _fetch(ranking_id, f"board = {board:d} AND first <= {number:d}", "ORDER BY first DESC LIMIT 1")


def fetch_firsts(ranking_id: int, board: int) -> list[int]:
    """Where the pages of a board begin, in order."""
    pages = RankingPage.objects.filter(ranking=ranking_id, board=board)
    return list(pages.order_by("first").values_list("first", flat=True))


def among(numbers: Iterable[int]) -> str:
    """The SQL that says that what stands before it is one of these integers.

    Spelled out: as a parameter each of them would take psycopg longer than its row. As one array, where there are
    arrays: PostgreSQL would make one of the list after IN, number by number.
    """
    listed = ",".join(f"{number:d}" for number in numbers)
    return f"= ANY ('{{{listed}}}')" if connection.vendor == "postgresql" else f"IN ({listed})"


def _fetch(ranking_id: int, condition: str, order: str = "") -> dict[Place, bytes]:
    where = f"ranking_id = {ranking_id:d} AND ({condition})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT board, first, content FROM {_TABLE} WHERE {where} {order}")  # noqa: S608 (integers)
        return {(board, first): content for board, first, content in cursor.fetchall()}
