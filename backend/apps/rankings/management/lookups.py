"""What the commands of seasons have in common."""

from decimal import Decimal, InvalidOperation

from django.core.management.base import CommandError

from apps.events.models import Event
from apps.rankings.models import Season, Standings
from apps.rankings.season_events import NewSeasonEvent

TERMS_HELP = (
    "slugs in order, each with its terms behind it: EVENT:multiplier=2 multiplies its points, EVENT:same-round makes "
    "it one round with the event before, EVENT:no-ties keeps its places out of the tie-breakers"
)


def find_season(slug: str) -> Season:
    """The season of that slug. Raises CommandError."""
    season = Season.objects.select_related("current_standings").filter(slug=slug).first()
    if season is None:
        raise CommandError(f"there is no season {slug!r}")
    return season


def find_revision(season: Season, revision: int | None) -> Standings:
    """The revision of that number, or the current standings. Raises CommandError."""
    if revision is None:
        if season.current_standings is None:
            raise CommandError(f"{season.slug} has no standings yet; a worker makes them when an event is published")
        return season.current_standings
    standings = season.standings.filter(revision=revision).first()
    if standings is None:
        raise CommandError(f"{season.slug} has no revision {revision}")
    return standings


def read_event(text: str) -> NewSeasonEvent:
    """An event with its terms, as in `finals:multiplier=2`. Raises CommandError."""
    slug, *terms = text.split(":")
    event_id = Event.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if event_id is None:
        raise CommandError(f"--events: there is no event {slug!r}")
    multiplier, flags = Decimal(1), set(terms) & {"same-round", "no-ties"}
    for term in set(terms) - flags:
        name, _equals, number = term.partition("=")
        if name != "multiplier":
            raise CommandError(f"--events: {text}: no such term: {term}")
        try:
            multiplier = Decimal(number)
        except InvalidOperation:
            raise CommandError(f"--events: {text}: {number!r} is no number") from None
    return NewSeasonEvent(
        event_id, multiplier=multiplier, same_round="same-round" in flags, breaks_ties="no-ties" not in flags
    )
