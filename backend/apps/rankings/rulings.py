"""Exclusions and adjustments of a season's participants."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, Missing, WrongState, check_model
from apps.events.models import Entry
from apps.rankings.models import Ruling, Season
from apps.rankings.points import HUNDREDTHS

LARGEST_ADJUSTMENT = Decimal(1_000_000)


def add_ruling(
    season: Season, *, participant_id: int, kind: str, points: Decimal | None, reason: str, by: User | None
) -> Ruling:
    """A new ruling of a locked season. `points` of an adjustment are exact to hundredths."""
    if not Entry.objects.filter(participant=participant_id, event__season_events__season=season).exists():
        raise InvalidInput(f"participant {participant_id} is in no event of this season", place="participant")
    if not reason.strip():
        raise InvalidInput("a reason is needed", place="reason")
    in_force = season.rulings.filter(participant=participant_id, kind=Ruling.Kind.EXCLUSION, revoked_at=None)
    if kind == Ruling.Kind.EXCLUSION and in_force.exists():
        raise Conflict("this participant is excluded already", place="participant")
    ruling = Ruling(
        season=season,
        participant_id=participant_id,
        kind=kind,
        points=_hundredths(kind, points),
        reason=reason.strip(),
        by=by,
    )
    check_model(ruling)
    ruling.save()
    return ruling


def _hundredths(kind: str, points: Decimal | None) -> int:
    if kind == Ruling.Kind.EXCLUSION:
        if points is not None:
            raise InvalidInput("an exclusion has no points", place="points")
        return 0
    if points is None or not points.is_finite() or not points:
        raise InvalidInput("an adjustment needs points, to be added or with a minus to be taken away", place="points")
    if abs(points) > LARGEST_ADJUSTMENT:
        raise InvalidInput(f"at most {LARGEST_ADJUSTMENT:,} points", place="points")
    if points != points.quantize(Decimal("0.01")):
        raise InvalidInput("points are exact to two decimal places", place="points")
    return int(points * HUNDREDTHS)


def revoke(season: Season, ruling_id: int, *, reason: str, by: User | None) -> Ruling:
    """Make a ruling of a locked season hold no longer. The row stays, with who did it and why."""
    ruling = season.rulings.filter(pk=ruling_id).first()
    if ruling is None:
        raise Missing(f"there is no ruling {ruling_id}", place="ruling")
    if not reason.strip():
        raise InvalidInput("a reason is needed", place="reason")
    if ruling.revoked_at is not None:
        raise WrongState("this ruling is revoked already", place="ruling")
    ruling.revoked_at, ruling.revoked_by, ruling.revoke_reason = timezone.now(), by, reason.strip()
    check_model(ruling)
    ruling.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    return ruling
