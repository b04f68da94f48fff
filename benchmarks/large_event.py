"""An event of any size, made by COPY: a race with two dimensions of divisions, some who did not finish, many ties."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max, Min, Model

from apps.events.models import DivisionSet, Entry, Event, Participant, Score

_SEXES = ("F", "M")
_AGES = ("18-34", *(f"{age}-{age + 4}" for age in range(35, 85, 5)), "85+")
_START = datetime(2026, 1, 1, tzinfo=UTC)


def make_large_event(entries: int) -> Event:
    """Stores and returns an open event; the same one for the same number, but for the ids."""
    rng = np.random.default_rng(entries)
    event = Event.objects.create(
        slug=f"race-{entries}",
        name=f"Race of {entries}",
        state=Event.State.OPEN,
        rules={"metric": "duration", "direction": "low"},
        input_version=1,
    )
    sets = [
        DivisionSet.objects.create(event=event, values={"sex": sex, "age": age}).pk for sex in _SEXES for age in _AGES
    ]
    numbers = range(1, entries + 1)
    first = copy_in(Participant, ({"name": f"Runner {number}"} for number in numbers))
    status = rng.choice([Entry.Status.FINISHED, Entry.Status.DNF, Entry.Status.DNS], entries, p=[0.96, 0.03, 0.01])
    division_set = rng.choice(sets, entries)
    first = copy_in(
        Entry,
        (
            {
                "event_id": event.pk,
                "participant_id": first + number - 1,
                "bib": str(number),
                "division_set_id": int(division_set[number - 1]),
                "status": int(status[number - 1]),
            }
            for number in numbers
        ),
    )
    seconds = 7_200 + rng.gamma(6, 1_200, entries).astype(int)
    copy_in(
        Score,
        (
            {"event_id": event.pk, "entry_id": first + index, "value": int(seconds[index]) * 1000}
            for index in np.flatnonzero(status == Entry.Status.FINISHED).tolist()
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return event


def copy_in(model: type[Model], rows: Iterable[dict[str, Any]]) -> int:
    """Stores the rows with the model's defaults for what they leave out; returns the id of the first one."""
    defaults = {field: _default(field) for field in model._meta.concrete_fields if not field.primary_key}
    command = f"COPY {model._meta.db_table} ({', '.join(str(field.column) for field in defaults)}) FROM STDIN"
    newest = model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([row.get(field.attname, default) for field, default in defaults.items()])
    first: int = model._default_manager.filter(pk__gt=newest).aggregate(first=Min("pk"))["first"]
    return first


def _default(field: Any) -> Any:
    return _START if field.get_internal_type() == "DateTimeField" and not field.null else field.get_default()
