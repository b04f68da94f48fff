"""Who may see and do what with a season. The API, the pages and the admin all ask here."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from apps.events.access import Visitor, may_create_events, may_manage_event
from apps.events.models import Event
from apps.rankings.models import Season, Standings


def visible_seasons(user: Visitor) -> QuerySet[Season]:
    """The seasons that `user` may read."""
    if user.is_staff:
        return Season.objects.all()
    readable = ~Q(visibility=Event.Visibility.PRIVATE)
    return Season.objects.filter(readable | Q(owner=user) if user.is_authenticated else readable)


def listed_seasons(user: Visitor) -> QuerySet[Season]:
    """The seasons that a list shows to `user`: the visible ones, without those only for who knows their address."""
    seasons = visible_seasons(user)
    if user.is_staff:
        return seasons
    listed = ~Q(visibility=Event.Visibility.UNLISTED)
    return seasons.filter(listed | Q(owner=user) if user.is_authenticated else listed)


def may_manage_season(user: Visitor, season: Season) -> bool:
    """Its owner and staff change a season, its events and its rulings."""
    return user.is_authenticated and (user.is_staff or season.owner_id == user.pk)


def may_create_seasons(user: Visitor) -> bool:
    """Whoever may create events may add them up."""
    return may_create_events(user)


def may_count_event(user: Visitor, event: Event) -> bool:
    """Only whoever manages an event puts it into a season."""
    return may_manage_event(user, event)


def may_see_standings(user: Visitor, season: Season, standings: Standings) -> bool:
    """Whether a revision of a visible season may be read."""
    return bool(readable_standings(user, season, [standings]))


def readable_standings(user: Visitor, season: Season, revisions: Iterable[Standings]) -> list[Standings]:
    """Those revisions of a visible season that may be read.

    Not one that counts an event which has become private: its points would tell the results.
    """
    listed = list(revisions)
    if season.visibility == Event.Visibility.PRIVATE or may_manage_season(user, season):
        return listed
    counted = {event_id for one in listed for event_id in one.event_ids}
    hidden = Event.objects.filter(pk__in=counted, visibility=Event.Visibility.PRIVATE)
    private = set(hidden.values_list("pk", flat=True))
    return [one for one in listed if private.isdisjoint(one.event_ids)]


def anyone_may_see_standings(season: Season, standings: Standings) -> bool:
    """Whether everybody may read a revision."""
    if season.visibility == Event.Visibility.PRIVATE:
        return False
    private = Event.objects.filter(pk__in=standings.event_ids, visibility=Event.Visibility.PRIVATE)
    return not private.exists()


def standings_readers(season: Season, standings: Standings) -> QuerySet[User]:
    """The users who may read a revision: `may_see_standings` asked the other way round."""
    if anyone_may_see_standings(season, standings):
        return User.objects.all()
    return User.objects.filter(Q(is_staff=True) | Q(pk=season.owner_id))
