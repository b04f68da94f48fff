"""A season of any size, made by COPY: everybody in most of its events, which are published, in two divisions."""

from collections.abc import Iterator

import numpy as np

from apps.events import pages
from apps.events.columns import BIB_DTYPE, EntryColumns, RankingInput, ScoreColumns
from apps.events.models import DivisionSet, Entry, Event, Participant, Ranking
from apps.events.ranking import rank_entries
from apps.events.rules import parse_rules
from apps.rankings.models import Season, SeasonEvent
from benchmarks.large_event import copy_in

EVENTS = 30
RULES = {
    "points": {"by_place": list(range(500, 0, -1)), "ties": "mean"},
    "best": 20,
    "minimum_events": 10,
    "divisions": {"sex": "division"},
}
_RACE = {"metric": "duration", "direction": "low"}
_START_SHARE = 0.8  # of the participants in each event


def make_large_season(participants: int) -> Season:
    """Stores and returns a season whose events are published; the same one for the same number, but for the ids."""
    rng = np.random.default_rng(participants)
    first = copy_in(Participant, ({"name": f"Runner {number}"} for number in range(participants)))
    season = Season.objects.create(slug=f"season-{participants}", name=f"Season of {participants}", rules=RULES)
    speed = rng.gamma(6, 1_200, participants)
    for number in range(1, EVENTS + 1):
        event = Event.objects.create(
            slug=f"season-{participants}-{number}", name=f"Race {number}", state=Event.State.PUBLISHED, rules=_RACE
        )
        started = np.flatnonzero(rng.random(participants) < _START_SHARE)
        seconds = (7_200 + speed[started] + rng.normal(0, 300, len(started))).astype(np.int64)
        _publish(event, first + started, seconds * 1000, started % 2)
        SeasonEvent.objects.create(season=season, event=event, order=number)
    return season


def _publish(event: Event, participants: np.ndarray, times: np.ndarray, sex: np.ndarray) -> None:
    """Stores entries and the ranking of these times."""
    sets = [DivisionSet.objects.create(event=event, values={"sex": value}) for value in ("F", "M")]
    bibs = np.arange(1, len(participants) + 1).astype(BIB_DTYPE)
    division_set = np.array([each.pk for each in sets])[sex]
    first = copy_in(Entry, _entries(event, participants, bibs, division_set))
    ids = np.arange(first, first + len(participants))
    zeros, codes = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.uint8)
    data = RankingInput(
        input_version=0,
        rules=parse_rules(_RACE),
        entries=EntryColumns(ids, bibs, codes, codes, zeros, zeros - 1, division_set),
        scores=ScoreColumns(ids, codes, zeros + 1, codes, times, zeros),
        division_sets={each.pk: each.values for each in sets},
    )
    result = rank_entries(data)
    encoded = pages.encode(result)
    ranking = Ranking.objects.create(
        event=event,
        revision=1,
        input_version=0,
        duration_ms=0,
        content_hash=result.content_hash,
        rules=_RACE,
        boards=encoded.boards,
    )
    pages.write(ranking.pk, encoded)
    Event.objects.filter(pk=event.pk).update(public_ranking=ranking, current_ranking=ranking, ranked_version=0)


def _entries(
    event: Event,
    participants: np.ndarray,
    bibs: np.ndarray,
    division_set: np.ndarray,
) -> Iterator[dict[str, object]]:
    for participant, bib, each in zip(participants.tolist(), bibs.tolist(), division_set.tolist(), strict=True):
        yield {"event_id": event.pk, "participant_id": participant, "bib": bib.decode(), "division_set_id": each}
