"""Scores that have a name where they come from: the same name again is the same score, or a correction of it.

A timing system or a judge's table sends what it knows, again and again. An idempotency key names a request; an external
id names a score. What a source says again changes nothing, what it says otherwise takes the place of the score before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from apps.errors import Conflict
from apps.events.corrections import NewCorrection, check_reason, require_correctable
from apps.events.models import Event, Score
from apps.events.score_corrections import replacement, superseding
from apps.events.scoring import NewScore, Outcome, ScoreBook

DEFAULT_REASON = "corrected by its source"


@dataclass(frozen=True, slots=True)
class Named:
    """What an external id stands for."""

    newest: Score  # what counts, or was voided
    said: Score  # what the source said last; a person may have corrected that


class SourcedScoreBook(ScoreBook):
    """Takes in scores, with and without external ids."""

    def __init__(self, event: Event, rows: Sequence[NewScore], *, by: User | None) -> None:
        super().__init__(event, rows, by=by)
        self.named = _load_named(event, {row.external_id for row in rows if row.external_id})
        self.superseded: list[tuple[Score, Score, str]] = []  # the old, the new and the reason

    @property
    def corrections(self) -> list[NewCorrection]:
        """What the trail says of the scores that were superseded; all of them are written."""
        return [superseding(old, new, reason) for old, new, reason in self.superseded]

    def accept(self, row: NewScore) -> Outcome:
        """A new score, the one that says the same already, or one in the place of another. Raises Refused."""
        named = self.named.get(row.external_id)
        if named is not None and self._says_the_same(row, named.said):
            return Outcome(score=named.newest)
        outcome = super().accept(row) if named is None else self._correction(row, named.newest)
        if row.external_id and outcome.score is not None:
            self.named[row.external_id] = Named(outcome.score, outcome.score)
        return outcome

    def store(self) -> None:
        """Write the new scores; an attempt has one current score at any time."""
        replaced = [new.supersedes_id for new in self.new if new.supersedes_id is not None]
        if replaced:
            Score.objects.filter(pk__in=replaced).update(is_current=False)
        super().store()

    def _says_the_same(self, row: NewScore, said: Score) -> bool:
        entry, component = self.place_of(row)
        return (
            (entry.pk, component) == (said.entry_id, said.component)
            and (row.outcome, self.value_of(row)) == (said.outcome, said.value)
            and row.attempt in (None, said.attempt)
            and row.achieved_at in (None, said.achieved_at)
        )

    def _correction(self, row: NewScore, old: Score) -> Outcome:
        require_correctable(self.event, self.by, doing="correcting a score")
        if not old.is_current:
            raise Conflict(f"score {old.pk} of this external id was voided: {old.void_reason}", place="external_id")
        self._require_same_place(row, old)
        reason = check_reason(row.reason or DEFAULT_REASON)
        if old.pk is None:
            self.store()  # it came in this request as well, and the new one refers to it
        new = replacement(
            old,
            by=self.by,
            outcome=row.outcome,
            value=self.value_of(row),
            achieved_at=row.achieved_at or old.achieved_at,
            idempotency_key=row.idempotency_key,
            request_digest=row.digest(),
        )
        old.is_current = False
        self.superseded.append((old, new, reason))
        return Outcome(score=new, is_new=True)

    def _require_same_place(self, row: NewScore, old: Score) -> None:
        entry, component = self.place_of(row)
        differs = {
            "bib": entry.pk != old.entry_id,
            "component": component != old.component,
            "attempt": row.attempt not in (None, old.attempt),
        }
        for place in (place for place, is_other in differs.items() if is_other):
            told = f"this external id is attempt {old.attempt} of {old.entry.bib}"
            raise Conflict(f"{told}, and a correction keeps its {place}; void score {old.pk} instead", place=place)


def _load_named(event: Event, external_ids: set[str]) -> dict[str, Named]:
    if not external_ids:
        return {}
    scores = Score.objects.filter(event=event, external_id__in=external_ids).exclude(external_id="")
    named: dict[str, Named] = {}
    for score in scores.select_related("entry").prefetch_related("recorded_by").order_by("pk"):
        before = named.get(score.external_id)
        # What came from the source has a digest of what was sent; a person's correction has none.
        is_from_source = before is None or score.request_digest != ""
        named[score.external_id] = Named(score, score if is_from_source or before is None else before.said)
    return named
