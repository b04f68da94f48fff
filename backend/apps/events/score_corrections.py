"""Correcting recorded scores: a score is voided, or another one takes its place. No row is ever edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from apps.errors import InvalidInput, WrongState
from apps.events.changes import lock_event
from apps.events.corrections import NewCorrection, check_reason, note_corrections, require_correctable
from apps.events.models import Correction, Event, Score
from apps.events.rules import Rules, parse_rules
from apps.events.scoring import needs_value, parse_score

REPLACEABLE = frozenset({"value", "unit", "outcome", "achieved_at"})


def lock_score(score_id: int) -> tuple[Score, Event]:
    """A score as it is now, and its event, locked. Raises InvalidInput if there is none."""
    event_id = Score.objects.filter(pk=score_id).values_list("event_id", flat=True).first()
    if event_id is None:
        raise InvalidInput(f"there is no score {score_id}", place="score")
    event = lock_event(event_id)
    return Score.objects.select_related("entry").get(pk=score_id), event


def void(event: Event, score: Score, *, reason: str, by: User | None) -> None:
    """Make a score of a locked event count no longer."""
    require_correctable(event, by, doing="voiding a score")
    text = check_reason(reason)
    _require_current(score)
    score.is_current, score.voided_at, score.voided_by, score.void_reason = False, timezone.now(), by, text
    score.save(update_fields=["is_current", "voided_at", "voided_by", "void_reason"])
    gone = NewCorrection(Correction.Kind.VOID, score.entry, describe_score(score), {}, text, score)
    note_corrections(event, [gone], by=by, shows_at_once=False)


def supersede(event: Event, score: Score, *, changes: Mapping[str, Any], reason: str, by: User | None) -> Score:
    """Put another score in the place of one of a locked event. What `changes` do not name stays as it was."""
    require_correctable(event, by, doing="superseding a score")
    text = check_reason(reason)
    _require_current(score)
    new = replacement(score, by=by, **_changed(parse_rules(event.rules), score, changes))
    if describe_content(new) == describe_content(score):
        raise InvalidInput("this is what the score says already", place="value")
    Score.objects.filter(pk=score.pk).update(is_current=False)  # first: an attempt has one current score at any time
    new.save()
    note_corrections(event, [superseding(score, new, text)], by=by, shows_at_once=False)
    return new


def replacement(
    old: Score, *, by: User | None, outcome: Score.Outcome, value: int, achieved_at: datetime, **source: str
) -> Score:
    """The score that takes the place of `old`: of the same entry, component and attempt. It is not saved.

    `source` are idempotency_key and request_digest, where it came with them.
    """
    return Score(
        event_id=old.event_id,
        entry=old.entry,
        component=old.component,
        attempt=old.attempt,
        outcome=outcome,
        value=value,
        achieved_at=achieved_at,
        recorded_by=by,
        external_id=old.external_id,
        supersedes=old,
        **source,
    )


def superseding(old: Score, new: Score, reason: str) -> NewCorrection:
    """What the trail says of it."""
    return NewCorrection(
        Correction.Kind.SUPERSEDE, old.entry, describe_score(old), describe_score(new), reason, score=new
    )


def describe_content(score: Score) -> dict[str, Any]:
    """What a correction of a score can change."""
    return {
        "outcome": Score.Outcome(score.outcome).label,
        "value": score.value,
        "achieved_at": score.achieved_at.isoformat(),
    }


def describe_score(score: Score) -> dict[str, Any]:
    """A score as the trail tells it."""
    return {"score": score.pk, "component": score.component, "attempt": score.attempt, **describe_content(score)}


def _require_current(score: Score) -> None:
    if not score.is_current:
        raise WrongState("this score does not count any more", place="score")


def _changed(rules: Rules, old: Score, changes: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(changes) - REPLACEABLE):
        raise InvalidInput(f"only {', '.join(sorted(REPLACEABLE))} of a score can be corrected", place=unknown[0])
    outcome = Score.Outcome(changes.get("outcome", old.outcome))
    return {
        "outcome": outcome,
        "value": _value(rules, old, outcome, changes),
        "achieved_at": changes.get("achieved_at", old.achieved_at),
    }


def _value(rules: Rules, old: Score, outcome: Score.Outcome, changes: Mapping[str, Any]) -> int:
    if "value" not in changes:
        if not needs_value(rules, outcome):
            return 0
        if not needs_value(rules, Score.Outcome(old.outcome)):
            raise InvalidInput("a value is needed: the score had none", place="value")
        return old.value
    try:
        return parse_score(changes["value"], rules, rules.name_of(old.component), unit=changes.get("unit", ""))
    except InvalidInput as refusal:
        raise InvalidInput(refusal.reason, place="value") from refusal
