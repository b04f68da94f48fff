"""What can be done with a season. Each service is one transaction: it changes state and enqueues what follows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from apps.errors import Conflict, InvalidInput, Missing, check_model
from apps.events.models import Event
from apps.rankings.models import Season, SeasonEvent, Standings, StandingsRow
from apps.rankings.points import parse_points
from apps.rankings.results import read_results
from apps.rankings.standings import Line, compute_standings, content_hash
from delivery.outbox import enqueue

CHANGEABLE = frozenset({"slug", "name", "visibility", "owner", "points"})


@transaction.atomic
def create_season(*, slug: str, name: str, points: Mapping[str, Any], owner: User | None, **details: Any) -> Season:
    """A new season without events. `points` is a points scheme; `details` may hold visibility."""
    parse_points(points)
    if Season.objects.filter(slug=slug).exists():
        raise Conflict(f"there is a season {slug!r} already", place="slug")
    season = Season(slug=slug, name=name, points=dict(points), owner=owner, **details)
    check_model(season)
    season.save()
    return season


@transaction.atomic
def change_season(season_id: int, *, changes: Mapping[str, Any]) -> Season:
    """Change a season's fields. Its standings follow."""
    season = lock_season(season_id)
    for field, value in changes.items():
        if field not in CHANGEABLE:
            raise InvalidInput(f"only {', '.join(sorted(CHANGEABLE))} can change", place=field)
        setattr(season, field, value)
    parse_points(season.points)
    check_model(season)
    if Season.objects.filter(slug=season.slug).exclude(pk=season_id).exists():
        raise Conflict(f"there is a season {season.slug!r} already", place="slug")
    season.save(update_fields=list(changes))
    enqueue_standings(season)
    return season


@transaction.atomic
def set_season_events(season_id: int, *, event_ids: Sequence[int]) -> Season:
    """Make these the events of a season, in this order. Its standings follow."""
    season = lock_season(season_id)
    if len(set(event_ids)) != len(event_ids):
        raise InvalidInput("an event is named twice", place="events")
    unknown = set(event_ids) - set(Event.objects.filter(pk__in=event_ids).values_list("pk", flat=True))
    if unknown:
        raise InvalidInput(f"there is no event {min(unknown)}", place="events")
    season.season_events.all().delete()
    SeasonEvent.objects.bulk_create(
        SeasonEvent(season=season, event_id=event_id, order=order) for order, event_id in enumerate(event_ids, 1)
    )
    enqueue_standings(season)
    return season


def enqueue_standings(season: Season) -> None:
    """Ask for the standings of a season; requests that still wait become one."""
    enqueue(
        "rankings.refresh_standings", {"season_id": season.pk}, coalesce_key=f"rankings.refresh_standings:{season.pk}"
    )


def refresh_season_standings(event_id: int) -> dict[str, Any]:
    """Refresh the standings of every season that an event is part of."""
    seasons = Season.objects.filter(season_events__event=event_id).order_by("pk").values_list("pk", flat=True)
    return {"event_id": event_id, "seasons": [refresh_standings(season_id) for season_id in seasons]}


@transaction.atomic
def refresh_standings(season_id: int) -> dict[str, Any]:
    """Compute a season's standings from its events' present official rankings, unless they say the same as before.

    The season is locked meanwhile and everything is read anew: any number of runs, at once, late or out of order, end
    with the same standings. Returns the revision that holds now and whether this run made it.
    """
    season = lock_season(season_id)
    results = read_results(season)
    lines = compute_standings(results.ranks, scheme=parse_points(season.points), names=results.names)
    digest = content_hash(results.event_ids, lines)
    current = season.current_standings
    is_new = current is None or current.content_hash != digest
    if is_new:
        current = add_revision(season, results.event_ids, lines, digest)
    return {"season_id": season_id, "revision": current.revision if current else None, "is_new": is_new}


def add_revision(season: Season, event_ids: Sequence[int], lines: Sequence[Line], digest: str) -> Standings:
    """Store the next revision of a locked season and point the season to it: readers switch in one step."""
    newest = Standings.objects.filter(season=season).order_by("-revision").values_list("revision", flat=True).first()
    standings = Standings.objects.create(
        season=season,
        revision=(newest or 0) + 1,
        content_hash=digest,
        event_ids=list(event_ids),
        row_count=len(lines),
    )
    StandingsRow.objects.bulk_create(
        (
            StandingsRow(
                standings=standings,
                position=position,
                participant_id=line.participant_id,
                rank=line.rank,
                tied=line.tied,
                total=line.total,
                cells=[cell and [cell.rank, cell.points] for cell in line.cells],
            )
            for position, line in enumerate(lines, 1)
        ),
        batch_size=2000,
    )
    season.current_standings = standings
    season.save(update_fields=["current_standings"])
    return standings


def lock_season(season_id: int) -> Season:
    """The season, locked until the transaction ends. Raises Missing if there is none."""
    season = Season.objects.select_for_update(no_key=True).filter(pk=season_id).first()
    if season is None:
        raise Missing(f"there is no season {season_id}")
    return season
