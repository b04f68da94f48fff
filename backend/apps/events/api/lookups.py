"""From an address to what it names, for who asks. What one may not see is not there: 404, not 403."""

from django.contrib.auth.models import User
from django.urls.converters import IntConverter
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from apps.errors import Missing
from apps.events.access import may_record_scores, may_see_event, visible_entries
from apps.events.models import Entry, Event, Score
from apps.events.states import ACTIONS


class BibConverter:
    """A bib in an address. It may contain a slash, so it is always the last part."""

    regex = "[!-~]{1,23}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ActionConverter(BibConverter):
    """An action that changes an event's state; any other leads nowhere."""

    regex = "|".join(ACTIONS)


class RevisionConverter(IntConverter):
    """The number of a revision."""

    regex = "[1-9][0-9]{0,8}"


def find_event(request: Request, slug: str) -> Event:
    """The event, if the user may see it. Raises Missing."""
    event = Event.objects.filter(slug=slug).first()
    if event is None or not may_see_event(request.user, event):
        raise Missing(f"there is no event {slug!r}")
    return event


def find_entry(request: Request, event: Event, bib: str) -> Entry:
    """The entry of that bib, if the user may see it. Raises Missing."""
    entries = visible_entries(request.user, event).select_related("participant", "division_set")
    entry = entries.filter(bib=bib).first()
    if entry is None:
        raise Missing(f"there is no entry with bib {bib!r}")
    return entry


def find_score(request: Request, score_id: int) -> Score:
    """The score with its event, for those who work on that one: nobody else may count scores. Raises Missing."""
    score = Score.objects.select_related("event", "entry", "recorded_by").filter(pk=score_id).first()
    if score is None or not may_record_scores(request.user, score.event):
        raise Missing(f"there is no score {score_id}")
    return score


def require(allowed: bool, request: Request) -> User:
    """The user who is allowed to. Raises 401 for the anonymous and 403 for anyone else."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    if not allowed:
        raise PermissionDenied
    return request.user
