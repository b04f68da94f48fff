"""Which events a season has, in which order and on what terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from apps.errors import InvalidInput
from apps.events.models import Event
from apps.rankings.models import Season, SeasonEvent
from apps.rankings.page_columns import MOST_EVENTS
from apps.rankings.results import points_measure
from apps.rankings.rules import parse_season_rules


@dataclass(frozen=True, slots=True)
class NewSeasonEvent:
    """An event as a season is to count it; see SeasonEvent."""

    event_id: int
    multiplier: Decimal = Decimal(1)
    same_round: bool = False
    breaks_ties: bool = True


def replace_events(season: Season, events: Sequence[NewSeasonEvent]) -> None:
    """Make these the events of a locked season, in this order. Raises InvalidInput naming what does not fit."""
    if len(events) > MOST_EVENTS:
        raise InvalidInput(f"a season has at most {MOST_EVENTS} events", place="events")
    rows = [_row(season, number, event) for number, event in enumerate(events)]
    event_ids = [event.event_id for event in events]
    if len(set(event_ids)) != len(event_ids):
        raise InvalidInput("an event is named twice", place="events")
    unknown = set(event_ids) - set(Event.objects.filter(pk__in=event_ids).values_list("pk", flat=True))
    if unknown:
        raise InvalidInput(f"there is no event {min(unknown)}", place="events")
    season.season_events.all().delete()
    SeasonEvent.objects.bulk_create(rows)
    check_rules(season)


def _row(season: Season, number: int, event: NewSeasonEvent) -> SeasonEvent:
    if event.same_round and not number:
        raise InvalidInput("the first event has none before it", place=f"events[{number}].same_round")
    row = SeasonEvent(
        season=season,
        event_id=event.event_id,
        order=number + 1,
        multiplier=event.multiplier,
        same_round=event.same_round,
        breaks_ties=event.breaks_ties,
    )
    try:
        row.clean_fields(exclude=["season", "event"])
    except ValidationError as error:
        place, reasons = next(iter(error.message_dict.items()))
        raise InvalidInput(" ".join(reasons), place=f"events[{number}].{place}") from error
    return row


def check_rules(season: Season) -> None:
    """Raise InvalidInput unless the rules reach all rounds and find their points in every event."""
    rules = parse_season_rules(season.rules)
    entries = list(season.season_events.select_related("event"))
    rounds = sum(not one.same_round for one in entries)
    if not rules.covers(rounds):
        raise InvalidInput(f"splits: the season has {rounds} rounds, more than they reach", place="rules")
    if rules.points.by_place is None:
        for one in entries:
            points_measure(one.event, one.event.rules, rules)
