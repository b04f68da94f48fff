"""Recording scores: many at once, each row on its own, one lock and few statements for all of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, Refused
from apps.events.models import Entry, Event, Score
from apps.events.penalty_contest import check_submission
from apps.events.rules import Rules, parse_rules
from apps.events.states import require_state
from apps.events.values import parse_value

MOST_ATTEMPTS = 10_000
OUTCOMES = {outcome.label: outcome for outcome in Score.Outcome}


@dataclass(frozen=True, slots=True)
class NewScore:
    """A score as it was sent. `value` is an integer in the smallest unit, or text that apps.events.values reads.

    An attempt that was rejected or is not judged yet needs none, save in a penalty contest, where it is the time.
    """

    bib: str
    value: int | str | None = None
    unit: str = ""
    attempt: int | None = None  # None: the next one
    achieved_at: datetime | None = None  # None: now
    component: str = ""  # of the rules' components or secondary measures
    outcome: Score.Outcome = Score.Outcome.VALID
    idempotency_key: str = ""  # names the request
    external_id: str = ""  # names the score where it comes from
    reason: str = ""  # why it is other than before, if it is

    def digest(self) -> str:
        """What was sent, without its key: the same key must come with the same digest."""
        content = [self.bib, self.value, self.unit, self.attempt, self.achieved_at and self.achieved_at.isoformat()]
        if self.component or self.outcome:
            content += [self.component, int(self.outcome)]
        if self.external_id or self.reason:
            content += [self.external_id, self.reason]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: a new score, the one that was there before (a repeated request), or a refusal."""

    score: Score | None = None
    is_new: bool = False
    refusal: Refused | None = None

    def recorded(self) -> Score:
        """The score. Raises the refusal if there is none."""
        if self.score is None:
            raise self.refusal or RuntimeError("neither score nor refusal")
        return self.score


def check_component(rules: Rules, name: str) -> str:
    """The name of a component or secondary measure, or "" for the main one. Raises InvalidInput."""
    if name in rules.codes and (name or not rules.components):
        return name
    known = ", ".join(each for each in rules.codes if each) or "none"
    if not name:
        raise InvalidInput(f"a score is of one of the rules' components: {known}")
    raise InvalidInput(f"the rules have no component or secondary measure {name!r} (they have: {known})")


def parse_score(value: str | int, rules: Rules, component: str, *, unit: str = "") -> int:
    """What a score of a component says, in the smallest unit of its measure. Raises InvalidInput."""
    number = parse_value(value, rules.measure_of(component), unit=unit)
    return check_submission(number) if rules.is_submission(component) else number


def needs_value(rules: Rules, outcome: Score.Outcome) -> bool:
    """Whether a score of this outcome must have a value: a foul has none, a submission always has its time."""
    return outcome is Score.Outcome.VALID or rules.is_penalty_contest


class ScoreBook:
    """What has to be known of a locked event to take in a number of scores."""

    def __init__(self, event: Event, rows: Sequence[NewScore], *, by: AbstractBaseUser | None) -> None:
        self.event = event
        self.rules: Rules = parse_rules(event.rules)
        self.by: Any = by
        self.now = timezone.now()
        self.codes = self.rules.codes
        self.entries: dict[str, Entry] = {}
        self.last_attempt: dict[tuple[int, int], int] = {}  # (entry, component) -> attempt
        entries = Entry.objects.filter(event=event, bib__in={row.bib for row in rows})
        for pk, bib, component, attempt in entries.values_list(
            "pk", "bib", "scores__component", Max("scores__attempt")
        ):
            self.entries[bib] = Entry(pk=pk, bib=bib, event=event)
            if component is not None:
                self.last_attempt[pk, component] = attempt
        self.by_key = self._known_scores({row.idempotency_key for row in rows if row.idempotency_key})
        # The next attempt is always free: only a row that names its attempt needs to know which are taken.
        self.taken = self._taken_attempts() if any(row.attempt is not None for row in rows) else set()
        self.new: list[Score] = []  # to be written

    def _known_scores(self, keys: set[str]) -> dict[str, Score]:
        if not keys:
            return {}
        # Prefetched and not joined: hardly ever is there any, and then it costs nothing.
        known = Score.objects.filter(event=self.event, idempotency_key__in=keys)
        known = known.prefetch_related("entry", "recorded_by")
        return {score.idempotency_key: score for score in known}

    def _taken_attempts(self) -> set[tuple[int, int, int]]:
        current = Score.objects.filter(entry__in=list(self.entries.values()), is_current=True)
        return set(current.values_list("entry", "component", "attempt"))

    def take(self, row: NewScore) -> Outcome:
        """Check one row. A new score is counted as taken but not written yet."""
        if (known := self.by_key.get(row.idempotency_key)) is not None:
            if known.request_digest != row.digest():
                return Outcome(refusal=Conflict("this key came with other content before", place="idempotency_key"))
            return Outcome(score=known)
        try:
            outcome = self.accept(row)
        except Refused as refusal:
            return Outcome(refusal=refusal)
        if outcome.is_new and outcome.score is not None:
            self.new.append(outcome.score)
            if row.idempotency_key:
                self.by_key[row.idempotency_key] = outcome.score
        return outcome

    def accept(self, row: NewScore) -> Outcome:
        """A score from a row whose request was not seen before. Raises Refused."""
        score = self._score(row)
        place = (score.entry_id, score.component)
        self.taken.add((*place, score.attempt))
        self.last_attempt[place] = max(score.attempt, self.last_attempt.get(place, 0))
        return Outcome(score=score, is_new=True)

    def store(self) -> None:
        """Write the new scores."""
        Score.objects.bulk_create(self.new, batch_size=1000)
        self.new.clear()

    def _score(self, row: NewScore) -> Score:
        require_state(self.event, Event.State.OPEN, doing="recording scores")
        if row.reason and not row.external_id:
            raise InvalidInput(
                "a reason goes with an external id, under which a score can be corrected", place="reason"
            )
        entry, component = self.place_of(row)
        return Score(
            event=self.event,
            entry=entry,
            component=component,
            attempt=self._attempt(row, entry, component),
            outcome=row.outcome,
            value=self.value_of(row),
            achieved_at=row.achieved_at or self.now,
            recorded_by=self.by,
            idempotency_key=row.idempotency_key,
            request_digest=row.digest() if row.idempotency_key or row.external_id else "",
            external_id=row.external_id,
        )

    def place_of(self, row: NewScore) -> tuple[Entry, int]:
        """The entry and the component of a row. Raises InvalidInput."""
        entry = self.entries.get(row.bib)
        if entry is None:
            raise InvalidInput(f"no entry with bib {row.bib!r}", place="bib")
        return entry, self.codes[self._checked_component(row)]

    def _checked_component(self, row: NewScore) -> str:
        try:
            return check_component(self.rules, row.component)
        except InvalidInput as refusal:
            raise InvalidInput(refusal.reason, place="component") from refusal

    def value_of(self, row: NewScore) -> int:
        """The value of a row in the smallest unit. Raises InvalidInput."""
        if row.value is None:
            if needs_value(self.rules, row.outcome):
                raise InvalidInput("a value is needed", place="value")
            return 0
        try:
            return parse_score(row.value, self.rules, row.component, unit=row.unit)
        except InvalidInput as refusal:
            raise InvalidInput(refusal.reason, place="value") from refusal

    def _attempt(self, row: NewScore, entry: Entry, component: int) -> int:
        attempt = self.last_attempt.get((entry.pk, component), 0) + 1 if row.attempt is None else row.attempt
        if not 1 <= attempt <= MOST_ATTEMPTS:
            raise InvalidInput(f"attempts count from 1 to {MOST_ATTEMPTS}", place="attempt")
        if (entry.pk, component, attempt) in self.taken:
            raise Conflict(f"attempt {attempt} of {entry.bib} has a score; void that one first", place="attempt")
        return attempt
