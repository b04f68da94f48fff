"""What a line of a scoreboard says of its entry beyond the ranking itself."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection

from apps.events.models import DivisionSet, Entry, Participant
from apps.events.page_columns import Row
from apps.events.page_store import among

# In plain SQL for the reason that apps.events.page_store gives. A subselect for the names and no join: to join the rows
# of one page with their participants PostgreSQL would often rather read all the participants there are.
_SELECT = f"""
SELECT e.id, e.bib, (SELECT p.name FROM {Participant._meta.db_table} p WHERE p.id = e.participant_id), d."values"
FROM {Entry._meta.db_table} e
JOIN {DivisionSet._meta.db_table} d ON d.id = e.division_set_id
WHERE e.standing IN ({", ".join(str(int(standing)) for standing in Entry.SHOWN)}) AND e.id
"""  # noqa: S608 (of constants)


class RowDetails(NamedTuple):
    """An entry as it is now."""

    bib: str
    name: str
    divisions: Mapping[str, str]


def row_details(rows: Sequence[Row]) -> dict[int, RowDetails]:
    """Bib, name and divisions by entry id, in one query.

    An entry that was hidden or withdrawn after the ranking was computed has none: its row is to be left out.
    """
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + among(row.entry_id for row in rows))
        entries = cursor.fetchall()
    return {entry_id: RowDetails(bib, name, _divisions(text)) for entry_id, bib, name, text in entries}


@lru_cache(maxsize=1000)
def _divisions(text: str) -> Mapping[str, str]:
    """A division set's values. There are few, each shared by many entries."""
    return MappingProxyType(json.loads(text))
