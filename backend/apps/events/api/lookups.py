"""From an address to what it names, for who asks. What one may not see is not there: 404, not 403."""

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from apps.errors import Missing
from apps.events.access import visible_entries, visible_events
from apps.events.models import Entry, Event


def find_event(request: Request, slug: str) -> Event:
    """The event, if the user may see it. Raises Missing."""
    event = visible_events(request.user).filter(slug=slug).first()
    if event is None:
        raise Missing(f"there is no event {slug!r}")
    return event


def find_entry(request: Request, event: Event, bib: str) -> Entry:
    """The entry of that bib, if the user may see it. Raises Missing."""
    entries = visible_entries(request.user, event).select_related("participant", "division_set")
    entry = entries.filter(bib=bib).first()
    if entry is None:
        raise Missing(f"there is no entry with bib {bib!r}")
    return entry


def require(allowed: bool, request: Request) -> None:
    """Raise 401 for the anonymous and 403 for anyone else, unless `allowed`."""
    if not allowed:
        raise PermissionDenied if request.user.is_authenticated else NotAuthenticated
