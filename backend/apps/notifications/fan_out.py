"""From an announcement to who is told and what is sent: one statement for the people, one more for each channel."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from apps.notifications.channels import CHANNELS, INBOX
from apps.notifications.channels.base import Channel
from apps.notifications.courier.digests import hold_back
from apps.notifications.courier.follow_up import enqueue_run, enqueue_runs
from apps.notifications.kinds import KINDS
from apps.notifications.kinds.base import UNWANTED, Kind
from apps.notifications.models import Announcement, Delivery, Notification
from apps.notifications.statements import execute

NO_DESTINATION = "no destination"  # the channel has nowhere to send to: there is not even a delivery

# In the order of the users, so that those who are told together lie together.
_NOTIFY = """
WITH found (user_id, role) AS ({recipients}),
    once AS (SELECT user_id, MIN(role) AS role FROM found GROUP BY user_id)
INSERT INTO notifications_notification (announcement_id, recipient_id, role, in_inbox, created_at)
SELECT %s, o.user_id, o.role, {wanted}, %s
FROM once o JOIN auth_user u ON u.id = o.user_id AND u.is_active {preferences}
WHERE true ORDER BY o.user_id
ON CONFLICT DO NOTHING
"""
_DELIVER = """
WITH d (user_id, lane_id, endpoint_id, problem) AS ({destinations}),
    o AS (
        SELECT n.id, n.recipient_id AS user_id, {wanted} AS is_wanted FROM (
            SELECT id, recipient_id, recipient_id AS user_id, role FROM notifications_notification
            WHERE announcement_id = %s
        ) AS n {preferences}
    )
INSERT INTO notifications_delivery
    (notification_id, channel, lane_id, endpoint_id, uuid, state, reason, due_at, claims, attempt_count, is_digest)
SELECT o.id, %s, d.lane_id, CAST(d.endpoint_id AS bigint), {uuid},
    CASE WHEN is_wanted AND problem = '' THEN 'waiting' ELSE 'skipped' END,
    CASE WHEN is_wanted THEN problem ELSE %s END, %s, 0, 0, false
FROM o JOIN d ON d.user_id = o.user_id
WHERE true ORDER BY o.id
ON CONFLICT DO NOTHING
"""
# Who is reached at several places is one person.
_REACH = """
WITH found (user_id, role) AS ({recipients}),
    once AS (SELECT user_id, MIN(role) AS role FROM found GROUP BY user_id),
    o AS (
        SELECT o.user_id, {wanted} AS is_wanted
        FROM once o JOIN auth_user u ON u.id = o.user_id AND u.is_active {preferences}
    ),
    d (user_id, lane_id, endpoint_id, problem) AS ({destinations})
SELECT CASE WHEN NOT o.is_wanted THEN %s ELSE COALESCE(best.problem, %s) END AS problem, COUNT(*)
FROM o LEFT JOIN (SELECT user_id, MIN(problem) AS problem FROM d GROUP BY user_id) best ON best.user_id = o.user_id
GROUP BY 1
"""
_IN_INBOX = "SELECT user_id, 0, 0, '' FROM once"
# A preference for the kind goes before one for all of them, and both before the kind's own default.
_WANTED = "COALESCE(one.is_on, every.is_on, CASE {row}.role {defaults} ELSE false END)"
_PREFERENCES = """
LEFT JOIN notifications_preference one ON one.user_id = {row}.user_id AND one.channel = %s AND one.kind = %s
LEFT JOIN notifications_preference every ON every.user_id = {row}.user_id AND every.channel = %s AND every.kind = ''
"""


def announce(announcement: Announcement) -> int:
    """Tell all its recipients, within the caller's transaction. Returns how many had not been told before."""
    told = _notify(announcement, KINDS[announcement.kind])
    for channel in CHANNELS.values():
        _deliver(announcement, KINDS[announcement.kind], channel)
    return told


def count_reached(announcement: Announcement, channel: str) -> dict[str, int]:
    """How many people would be told by a channel now, under the empty text, and how many not, under the reason.

    Writes nothing; the announcement need not be saved.
    """
    kind = KINDS[announcement.kind]
    found = _query(kind.recipients(announcement))
    if found is None:
        return {}
    recipients, parameters = found
    places = (_IN_INBOX, ()) if channel == INBOX else _query(CHANNELS[channel].destinations(kind.name))
    destinations, more = places or (f"{_IN_INBOX} WHERE false", ())
    statement = _REACH.format(
        recipients=recipients,
        wanted=_wanted(kind, channel, row="o"),
        preferences=_PREFERENCES.format(row="o"),
        destinations=destinations,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, channel, kind.name, channel, *more, UNWANTED, NO_DESTINATION])
        return dict(cursor.fetchall())


def is_recipient(announcement: Announcement, user_id: int) -> bool:
    """Whether an announcement would be told to a user as things are now."""
    found = _query(KINDS[announcement.kind].recipients(announcement))
    if found is None:
        return False
    recipients, parameters = found
    statement = f"WITH found (user_id, role) AS ({recipients}) SELECT 1 FROM found WHERE user_id = %s"  # noqa: S608 (Django's)
    with connection.cursor() as cursor:
        cursor.execute(statement, (*parameters, user_id))
        return cursor.fetchone() is not None


def _notify(announcement: Announcement, kind: Kind) -> int:
    found = _query(kind.recipients(announcement))
    if found is None:
        return 0
    recipients, parameters = found
    statement = _NOTIFY.format(
        recipients=recipients,
        wanted=_wanted(kind, INBOX, row="o"),
        preferences=_PREFERENCES.format(row="o"),
    )
    values = (*parameters, announcement.pk, timezone.now(), INBOX, kind.name, INBOX)
    return execute(statement, values)


def _deliver(announcement: Announcement, kind: Kind, channel: Channel) -> None:
    """Make the deliveries of a channel, and ask for the runs that send them."""
    found = _query(channel.destinations(kind.name))
    if found is None:
        return
    destinations, parameters = found
    statement = _DELIVER.format(
        destinations=destinations,
        wanted=_wanted(kind, channel.name, row="n"),
        preferences=_PREFERENCES.format(row="n"),
        uuid="gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))",
    )
    preferences = (channel.name, kind.name, channel.name)
    now = timezone.now()
    execute(statement, (*parameters, announcement.pk, *preferences, channel.name, UNWANTED, now))
    if kept_until := hold_back(announcement, channel, now):
        enqueue_run(channel.name, not_before=kept_until)
    # Known by their moment. Joined to the notifications, which the planner knows nothing of yet, a hundred thousand
    # were once compared with a hundred thousand.
    new = Delivery.objects.filter(channel=channel.name, due_at=now)
    enqueue_runs(channel, new.filter(state=Delivery.State.WAITING).count())


def _wanted(kind: Kind, channel: str, *, row: str) -> str:
    defaults = " ".join(
        f"WHEN {int(role)} THEN {'true' if channel in kind.defaults.get(role, ()) else 'false'}"
        for role in Notification.Role
    )
    return _WANTED.format(row=row, defaults=defaults)


def _query(query: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]] | None:
    """Its SQL with parameters; None if it can find nothing."""
    try:
        return query.query.sql_with_params()
    except EmptyResultSet:
        return None
