"""What can be done with a season. Each service is one transaction: it changes state and enqueues what follows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from apps.errors import Conflict, InvalidInput, Refused, check_model
from apps.events.changes import when_settled
from apps.rankings.models import Ruling, Season
from apps.rankings.revisions import lock_season, refresh
from apps.rankings.rules import parse_season_rules
from apps.rankings.rulings import add_ruling, revoke
from apps.rankings.season_events import NewSeasonEvent, check_rules, replace_events
from delivery.outbox import enqueue

CHANGEABLE = frozenset({"slug", "name", "visibility", "owner", "rules"})


@transaction.atomic
def create_season(*, slug: str, name: str, rules: Mapping[str, Any], owner: User | None, **details: Any) -> Season:
    """A new season without events. `rules` are a document of apps.rankings.rules; `details` may hold visibility."""
    parse_season_rules(rules)
    season = Season(slug=slug, name=name, rules=dict(rules), owner=owner, **details)
    check_model(season)
    try:
        with transaction.atomic():
            season.save()
    except IntegrityError as error:  # another request has just taken the slug
        raise Conflict(f"there is a season {slug!r} already", place="slug") from error
    return season


@transaction.atomic
def change_season(season_id: int, *, changes: Mapping[str, Any]) -> Season:
    """Change a season's fields. Its standings follow."""
    season = lock_season(season_id)
    for field, value in changes.items():
        if field not in CHANGEABLE:
            raise InvalidInput(f"only {', '.join(sorted(CHANGEABLE))} can change", place=field)
        setattr(season, field, value)
    parse_season_rules(season.rules)
    check_model(season)
    check_rules(season)
    if Season.objects.filter(slug=season.slug).exclude(pk=season_id).exists():
        raise Conflict(f"there is a season {season.slug!r} already", place="slug")
    season.save(update_fields=list(changes))
    enqueue_standings(season)
    return season


@transaction.atomic
def set_season_events(season_id: int, *, events: Sequence[NewSeasonEvent]) -> Season:
    """Make these the events of a season, in this order. Its standings follow."""
    season = lock_season(season_id)
    replace_events(season, events)
    enqueue_standings(season)
    return season


@transaction.atomic
def rule_on_participant(
    season_id: int,
    *,
    participant_id: int,
    kind: str,
    reason: str,
    by: User | None,
    points: Decimal | None = None,
) -> Ruling:
    """Exclude a participant, or adjust their total by `points`. The next standings follow it and give the reason."""
    season = lock_season(season_id)
    ruling = add_ruling(season, participant_id=participant_id, kind=kind, points=points, reason=reason, by=by)
    enqueue_standings(season)
    return ruling


@transaction.atomic
def revoke_ruling(season_id: int, *, ruling_id: int, reason: str, by: User | None) -> Ruling:
    """Make a ruling hold no longer. The next standings follow it and give the reason."""
    season = lock_season(season_id)
    ruling = revoke(season, ruling_id, reason=reason, by=by)
    enqueue_standings(season)
    return ruling


def enqueue_standings(season: Season) -> None:
    """Ask for the standings of a season; requests that still wait become one."""
    enqueue(
        "rankings.refresh_standings", {"season_id": season.pk}, coalesce_key=f"rankings.refresh_standings:{season.pk}"
    )


def refresh_season_standings(event_id: int) -> dict[str, Any]:
    """Refresh the standings of every season that an event is part of.

    One that cannot be computed does not keep the others waiting; its refusal is raised when they are done.
    """
    refreshed, refusals = [], []
    for season_id in Season.objects.filter(season_events__event=event_id).order_by("pk").values_list("pk", flat=True):
        try:
            refreshed.append(refresh_standings(season_id))
        except Refused as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    return {"event_id": event_id, "seasons": refreshed}


@transaction.atomic
def refresh_standings(season_id: int) -> dict[str, Any]:
    """Compute a season's standings from its events' present official rankings, unless they say the same as before.

    The season is locked meanwhile and everything is read anew: any number of runs, at once, late or out of order, end
    with the same standings. Returns the revision that holds now and whether this run made it.
    """
    standings, is_new = refresh(lock_season(season_id))
    if standings is not None and is_new:
        enqueue(
            "notifications.announce_season_standings",
            {"standings_id": standings.pk},
            coalesce_key=f"notifications.announce_season_standings:{season_id}",
            not_before=when_settled(),
        )
    return {"season_id": season_id, "revision": standings.revision if standings else None, "is_new": is_new}
