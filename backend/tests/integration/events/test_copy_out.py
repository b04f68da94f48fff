"""Rows out of PostgreSQL in its binary form."""

import numpy as np
import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.events.copy_out import copy_out
from apps.events.models import Entry, Event
from tests.integration.events.crowd import ENTRIES

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")


@on_postgresql
@pytest.mark.parametrize("fields", [[("pk", ">i8"), ("standing", ">i4")], [("pk", ">i8")]])
def test_copy_out_refuses_rows_that_are_not_as_wide_as_asked(event: Event, fields: list[tuple[str, str]]) -> None:
    query = Entry.objects.filter(event=event).values_list("pk", "standing").query
    with pytest.raises(ValueError, match="as wide as"):
        list(copy_out(query, np.dtype(fields)))
    assert Entry.objects.filter(event=event).count() == ENTRIES  # the connection goes on


@on_postgresql
def test_copy_out_refuses_a_lone_row_that_is_too_short(event: Event) -> None:
    first = Entry.objects.filter(event=event).earliest("pk")
    query = Entry.objects.filter(pk=first.pk).values_list("pk", "standing").query
    with pytest.raises(ValueError, match="as wide as"):
        list(copy_out(query, np.dtype([("pk", ">i8"), ("standing", ">i8")])))


@on_postgresql
def test_copy_out_tells_when_the_server_breaks_off(event: Event) -> None:
    last = Entry.objects.latest("pk").pk  # the last row of the table, too: the others have been sent by then
    fails_late = Entry.objects.values_list(1 / (last - F("pk")))
    with pytest.raises(Exception, match="division by zero") as caught:
        list(copy_out(fails_late.query, np.dtype([("quotient", ">i8")])))
    assert isinstance(caught.value, DatabaseError | psycopg.DatabaseError)
    assert Entry.objects.filter(event=event).count() == ENTRIES


@on_postgresql
def test_copy_out_may_be_left_before_its_end(event: Event) -> None:
    blocks = copy_out(Entry.objects.values_list("pk").query, np.dtype([("pk", ">i8")]))
    next(blocks)
    blocks.close()
    assert Entry.objects.filter(event=event).count() == ENTRIES


# --- storing and reading back -----------------------------------------------------------------------------------------


@on_postgresql
def test_copy_out_takes_parameters_also_where_every_query_is_noted(event: Event) -> None:
    """As it is with DEBUG, in the local Compose file."""
    query = Entry.objects.filter(event=event).values_list("pk").query
    with CaptureQueriesContext(connection):
        blocks = list(copy_out(query, np.dtype([("pk", ">i8")])))
    assert sum(len(block) for block in blocks) == ENTRIES
