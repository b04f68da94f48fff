"""A season has new standings: to those whose rank or total is another one."""

from collections.abc import Sequence

from django.db.models import F, Value

from apps.events.models import Participant
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import CHANGED_BACK, WITHDRAWN, Facts, Kind, Role, not_visible
from apps.notifications.models import Announcement, Notification
from apps.notifications.season_places import SeasonPlace, accounts_of_participants, own_season_places
from apps.rankings.access import anyone_may_see_standings, standings_readers
from apps.rankings.comparison import changed_participants
from apps.rankings.models import Season, Standings


def recipients(announcement: Announcement) -> Audience:
    """Those in the standings who differ from the ones told before; all of them the first time."""
    season, standings = announcement.season, announcement.standings
    assert season is not None  # noqa: S101 (set where it is made)
    assert standings is not None  # noqa: S101 (set where it is made)
    changed = changed_participants(announcement.standings_before, standings)
    people = Participant.objects.filter(audience.is_among("pk", changed)).annotate(account=accounts_of_participants())
    people = people.filter(account__isnull=False)
    if not anyone_may_see_standings(season, standings):
        people = people.filter(account__in=standings_readers(season, standings))
    accounts = people.order_by().values_list(F("account"), Value(int(Role.PARTICIPANT)))
    return accounts.union(audience.organiser(season.owner_id), all=True)


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """Where the recipient stands now, and stood in the standings that were told before."""
    season = announcement.season
    assert season is not None  # noqa: S101 (set where it is made)
    current = season.current_standings
    if current is None:
        return [_withheld(season, WITHDRAWN) for _one in notifications]
    readers = {one.recipient_id for one in notifications}
    if not anyone_may_see_standings(season, current):
        readers = audience.among_users(standings_readers(season, current), notifications)
    before = _readable_before(season, announcement.standings_before)
    places = own_season_places(current, before, [one.recipient_id for one in notifications])

    def facts(notification: Notification) -> Facts:
        own = places[notification.recipient_id]
        is_participant = notification.role == Role.PARTICIPANT
        if notification.recipient_id not in readers or (is_participant and not own):
            return not_visible()
        if is_participant and not any(one.has_changed for one in own):
            return _withheld(season, CHANGED_BACK)
        return _facts(season, current, own)

    return [facts(one) for one in notifications]


def _readable_before(season: Season, before: Standings | None) -> Standings | None:
    """Points of an event that has become private are told no more."""
    return before if before is not None and anyone_may_see_standings(season, before) else None


def _withheld(season: Season, why: str) -> Facts:
    return Facts({"season": season, "lines": [], "events_counted": 0}, season_path(season), withheld=why)


def _facts(season: Season, standings: Standings, places: Sequence[SeasonPlace]) -> Facts:
    return Facts(
        {"season": season, "lines": list(places), "events_counted": len(standings.event_ids)},
        season_path(season),
        {
            "season": season.slug,
            "revision": standings.revision,
            "events_counted": len(standings.event_ids),
            "lines": [one.data() for one in places],
        },
    )


def season_path(season: Season) -> str:
    """The season's standings."""
    return f"/seasons/{season.slug}/"


KIND = Kind(
    name=Announcement.Kind.STANDINGS_UPDATED,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "webhook"}), Role.ORGANISER: frozenset({"webhook"})},
    recipients=recipients,
    tell=tell,
)
