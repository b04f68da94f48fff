"""What a line of a scoreboard says of its entry beyond the ranking itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.events.models import DivisionSet, Entry, Participant
from apps.events.page_columns import Row
from apps.events.page_store import id_list

# In plain SQL for the reason that apps.events.page_store gives. The names are not joined: for the rows of one page
# PostgreSQL would often rather read all the participants there are.
_ENTRIES = f"""
SELECT e.id, e.bib, e.participant_id, d."values"
FROM {Entry._meta.db_table} e JOIN {DivisionSet._meta.db_table} d ON d.id = e.division_set_id
WHERE e.standing IN ({", ".join(str(int(standing)) for standing in Entry.SHOWN)}) AND e.id IN
"""  # noqa: S608 (of constants)
_NAMES = f"SELECT id, name FROM {Participant._meta.db_table} WHERE id IN"  # noqa: S608 (of constants)


@dataclass(frozen=True, slots=True)
class RowDetails:
    """An entry as it is now."""

    bib: str
    name: str
    divisions: Mapping[str, str]


def row_details(rows: Sequence[Row]) -> dict[int, RowDetails]:
    """Bib, name and divisions by entry id, in two queries.

    An entry that was hidden or withdrawn after the ranking was computed has none: its row is to be left out.
    """
    entries = _fetch(_ENTRIES, [row.entry_id for row in rows])
    names = dict(_fetch(_NAMES, [participant for _id, _bib, participant, _divisions in entries]))
    divisions = {text: json.loads(text) for text in {entry[3] for entry in entries}}
    return {
        entry_id: RowDetails(bib, names[participant], divisions[text])
        for entry_id, bib, participant, text in entries
        if participant in names
    }


def _fetch(select: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{select} {id_list(ids)}")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
