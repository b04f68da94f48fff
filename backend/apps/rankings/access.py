"""Who may see and do what with a season. The API, the pages and the admin all ask here."""

from django.db.models import Q, QuerySet

from apps.events.access import Visitor
from apps.events.models import Event
from apps.rankings.models import Season


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
