"""What every kind of notification says of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apps.notifications.models import Announcement, Notification

Role = Notification.Role

# Why something is not sent (any more).
WITHDRAWN = "withdrawn"  # what was told was taken back
CHANGED_BACK = "changed back"  # it is again as it was before
OVERTAKEN = "overtaken"  # something newer holds, and is told by itself
NOT_IN_USE = "account not in use"
UNWANTED = "unwanted"  # its recipient's preferences refuse it
NOT_VISIBLE = "not visible"  # its recipient may not know it (any more), or has no part in it


@dataclass(frozen=True, slots=True)
class Facts:
    """What a notification tells its recipient, as things are now, in no language yet."""

    context: Mapping[str, Any]  # for the templates of the kind
    path: str  # of the page to look at, from the root of the site
    data: Mapping[str, Any] = field(default_factory=dict)  # for programs, as JSON
    withheld: str = ""  # why it is not sent (any more); empty: it is


def not_visible() -> Facts:
    """What is said where the recipient may not know what was told: nothing of it, whatever the kind."""
    return Facts({}, "/", withheld=NOT_VISIBLE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notification: who is told by which channels, and what.

    Its templates are notifications/<name>/subject.txt, body.txt and body.html. They are given the facts' `context` and
    `withheld`, and must make sense of both: an inbox shows what was told also once it does not hold any more. What is
    NOT_VISIBLE is shown by the templates notifications/not_visible/, the same for all kinds.
    """

    name: Announcement.Kind
    # The channels by which each role is told unless a preference says otherwise. Who has no role in it is not told.
    defaults: Mapping[Role, frozenset[str]]
    # The users who are told, as they are now: a query of (user id, role), in that order. A user may come twice. Asked
    # once, in the transaction that makes the announcement.
    recipients: Callable[[Announcement], QuerySet[Any, tuple[int, int]]]
    # What each of these notifications of one announcement says now, in their order. As many queries for a thousand as
    # for one. Whatever its recipient may not know (any more) must not be in it.
    tell: Callable[[Announcement, Sequence[Notification]], list[Facts]]
