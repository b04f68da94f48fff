"""Who is told: the queries of users with their role that the kinds are made of."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.expressions import RawSQL

from apps.events.access import anyone_may_see, event_readers
from apps.events.models import Entry, Event
from apps.notifications.kinds.base import Role
from apps.notifications.models import Notification, WebhookEndpoint

Audience = QuerySet[Any, tuple[int, int]]


def participants(event: Event) -> QuerySet[Entry]:
    """The entries that are shown now and have an account that may see the event.

    Who was hidden by a correction that is not ranked yet is told nothing.
    """
    entries = Entry.objects.filter(event=event, standing__in=Entry.SHOWN, participant__user__isnull=False).order_by()
    return entries if anyone_may_see(event) else entries.filter(participant__user__in=event_readers(event))


def accounts_of(entries: QuerySet[Entry]) -> Audience:
    """The accounts of these entries, as participants."""
    return entries.values_list(F("participant__user"), Value(int(Role.PARTICIPANT)))


def organiser(owner_id: int | None) -> Audience:
    """The owner of what is told, if a program of theirs listens: organisers are told of results by webhook alone."""
    endpoints = WebhookEndpoint.objects.filter(owner=OuterRef("pk"), is_active=True, deleted_at__isnull=True)
    return in_role(User.objects.filter(Exists(endpoints), pk__in=[owner_id] if owner_id else []), Role.ORGANISER)


def staff() -> Audience:
    """All staff."""
    return in_role(User.objects.filter(is_staff=True), Role.STAFF)


def in_role(users: QuerySet[User], role: Role) -> Audience:
    """These users, told as that."""
    return users.order_by().values_list("pk", Value(int(role)))


def is_among(field: str, ids: Iterable[int]) -> Func:
    """The condition that a field is one of these ids: one parameter, however many there are.

    IS TRUE keeps PostgreSQL from making a join of it, which it may do row by row and id by id where it does not know
    yet how many entries an event has: so it is a table of hashes.
    """
    listed = "SELECT value FROM json_each(%s)"
    if connection.vendor == "postgresql":
        listed = "SELECT value::bigint FROM jsonb_array_elements_text(%s::jsonb)"
    among = RawSQL(listed, [json.dumps(list(ids))])  # noqa: S611 (of constants)
    return Func(F(field), among, template="(%(expressions)s) IS TRUE", arg_joiner=" IN ", output_field=BooleanField())


def readers_among(event: Event, notifications: Sequence[Notification]) -> set[int]:
    """Which of their recipients may see the event now; a query only where not everybody may."""
    ids = {one.recipient_id for one in notifications}
    return ids if anyone_may_see(event) else among_users(event_readers(event), notifications)


def among_users(users: QuerySet[User], notifications: Sequence[Notification]) -> set[int]:
    """Which of their recipients are among these users. One query."""
    return set(users.filter(pk__in={one.recipient_id for one in notifications}).values_list("pk", flat=True))
