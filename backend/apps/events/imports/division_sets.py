"""The event's division sets as an import needs them: few, never changed, so each is read once."""

from collections.abc import Collection, Mapping

from apps.events.entries import find_division_set
from apps.events.models import DivisionSet, Event

_MOST_CACHED = 10_000

Divisions = Mapping[str, str]  # dimension -> division; "": in none


class DivisionSets:
    """Division sets by id, and ids by what they hold."""

    def __init__(self) -> None:
        self._values: dict[int, Divisions] = {}
        self._ids: dict[tuple[tuple[str, str], ...], int] = {}

    def load(self, ids: Collection[int]) -> Mapping[int, Divisions]:
        """The divisions of at least these sets."""
        missing = set(ids) - self._values.keys()
        if missing and len(self._values) > _MOST_CACHED:
            self._values, missing = {}, set(ids)
        if missing:
            self._values |= DivisionSet.objects.filter(pk__in=missing).values_list("id", "values")
        return self._values

    def find(self, event: Event, divisions: Divisions) -> int:
        """The id of the event's set of these divisions, made if it is new."""
        key = tuple(sorted((dimension, value) for dimension, value in divisions.items() if value))
        if key not in self._ids:
            if len(self._ids) > _MOST_CACHED:
                self._ids = {}
            self._ids[key] = find_division_set(event, dict(key)).pk
        return self._ids[key]
