"""Counts the rows that a table gets, without counting the table."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Max, QuerySet

# A row is committed some time after its id was given: those with ids of the last so many seconds are counted anew each
# time. A transaction that is open for longer may be missed.
OVERLAP_SECONDS = 60.0

Rows = Callable[[], QuerySet[Any]]


class Growth:
    """How many rows there are since the first look, by one column. Never falls, though rows may be removed later."""

    def __init__(self, rows: Rows, column: str) -> None:
        self._rows = rows
        self._column = column
        self._settled = Counter[str]()  # of the rows up to the base
        self._base: int | None = None
        self._next_base = 0
        self._next_base_at = 0.0

    def count(self) -> Counter[str]:
        """Reads only the rows that came in the last minute or two, by their ids."""
        if self._base is None:
            self._base = self._newest()
            self._plan_next_base()
        elif time.monotonic() - self._next_base_at > OVERLAP_SECONDS:
            self._settled += self._between(self._base, self._next_base)
            self._base = self._next_base
            self._plan_next_base()
        return self._settled + self._between(self._base)

    def _plan_next_base(self) -> None:
        self._next_base, self._next_base_at = self._newest(), time.monotonic()

    def _newest(self) -> int:
        return int(self._rows().aggregate(newest=Max("pk"))["newest"] or 0)

    def _between(self, above: int, up_to: int | None = None) -> Counter[str]:
        rows = self._rows().filter(pk__gt=above)
        rows = rows if up_to is None else rows.filter(pk__lte=up_to)
        counted = rows.order_by().values(self._column).annotate(count=Count("pk"))
        return Counter(dict(counted.values_list(self._column, "count")))
