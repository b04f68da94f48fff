"""What a line of a scoreboard says of its entry beyond the ranking itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from apps.events.models import DivisionSet, Entry, Participant
from apps.events.page_columns import Row
from apps.events.page_store import id_list

# In plain SQL for the reason that apps.events.page_store gives. Subselects and no joins: to join the rows of one page
# with their participants PostgreSQL would often rather read all the participants there are.
_SELECT = f"""
SELECT
    e.id,
    e.bib,
    (SELECT p.name FROM {Participant._meta.db_table} p WHERE p.id = e.participant_id),
    (SELECT d."values" FROM {DivisionSet._meta.db_table} d WHERE d.id = e.division_set_id)
FROM {Entry._meta.db_table} e
WHERE e.standing IN ({", ".join(str(int(standing)) for standing in Entry.SHOWN)}) AND e.id IN
"""  # noqa: S608 (of constants)


@dataclass(frozen=True, slots=True)
class RowDetails:
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
        cursor.execute(_SELECT + id_list(row.entry_id for row in rows))
        entries = cursor.fetchall()
    divisions = {text: json.loads(text) for text in {entry[3] for entry in entries}}
    return {entry_id: RowDetails(bib, name, divisions[text]) for entry_id, bib, name, text in entries}
