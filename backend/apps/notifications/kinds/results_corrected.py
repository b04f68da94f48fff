"""Published results were corrected: to those whose rank is another one now, on any board that they are on."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from apps.events.models import Event, Ranking
from apps.events.revision_reasons import hidden_reasons, shown_reasons
from apps.events.states import OFFICIAL
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import CHANGED_BACK, WITHDRAWN, Facts, Kind, Role, not_visible
from apps.notifications.kinds.results_published import event_path
from apps.notifications.models import Announcement, Notification
from apps.notifications.moves import Move, entries_moved, own_moves


def recipients(announcement: Announcement) -> Audience:
    """Those of the shown whose rank differs between the two rankings; nobody at all where no rank does."""
    event, before, after = announcement.event, announcement.ranking_before, announcement.ranking
    assert event is not None  # noqa: S101 (set where it is made)
    assert before is not None  # noqa: S101 (set where it is made)
    assert after is not None  # noqa: S101 (set where it is made)
    moved = entries_moved(before, after)
    if not moved:
        return audience.in_role(User.objects.none(), Role.PARTICIPANT)
    accounts = audience.accounts_of(audience.participants(event).filter(audience.is_among("pk", moved)))
    return accounts.union(audience.organiser(event.owner_id), all=True)


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """From the places that were told before to those that are official now, be that another correction since."""
    event, before, current = announcement.event, announcement.ranking_before, None
    assert event is not None  # noqa: S101 (set where it is made)
    assert before is not None  # noqa: S101 (set where it is made)
    if event.state in OFFICIAL:
        current = event.public_ranking
    readers = audience.readers_among(event, notifications)
    moves = own_moves(before, current, [one.recipient_id for one in notifications]) if current else {}
    reasons = reasons_between(event, before, current) if current else []

    def facts(notification: Notification) -> Facts:
        if notification.recipient_id not in readers:
            return not_visible()
        if current is None:
            return _withheld(event, WITHDRAWN)
        own = moves.get(notification.recipient_id)
        if notification.role == Role.PARTICIPANT and not own:
            return not_visible() if own is None else _withheld(event, CHANGED_BACK)
        return _facts(announcement, before, current, own or [], reasons)

    return [facts(one) for one in notifications]


def _withheld(event: Event, why: str) -> Facts:
    context = {"event": event, "moves": [], "reasons": [], "is_current": False}
    return Facts(context, event_path(event), withheld=why)


def _facts(
    announcement: Announcement, before: Ranking, current: Ranking, moves: Sequence[Move], reasons: list[str]
) -> Facts:
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    return Facts(
        {
            "event": event,
            "moves": list(moves),
            "reasons": reasons,
            "is_current": current.pk == announcement.ranking_id,
        },
        f"{event_path(event)}revisions/{before.revision}/difference/{current.revision}",
        {
            "event": event.slug,
            "revision_before": before.revision,
            "revision": current.revision,
            "moves": [one.data() for one in moves],
            "reasons": reasons,
        },
    )


def reasons_between(event: Event, before: Ranking, after: Ranking) -> list[str]:
    """What the revisions after the one up to the other tell of corrections, each reason once."""
    revisions = Ranking.objects.filter(event=event, variant=Ranking.Variant.PUBLIC).exclude(reason="")
    between = revisions.filter(revision__gt=before.revision, revision__lte=after.revision)
    hidden = hidden_reasons(event)
    told = [shown_reasons(one, hidden) for one in between.only("revision", "reason").order_by("revision")]
    return list(dict.fromkeys(line for lines in told for line in lines))


KIND = Kind(
    name=Announcement.Kind.RESULTS_CORRECTED,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "email", "webhook"}), Role.ORGANISER: frozenset({"webhook"})},
    recipients=recipients,
    tell=tell,
)
