"""Reads what a season's standings are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Entry, Event, Participant, Ranking
from apps.events.result import OVERALL
from apps.events.states import OFFICIAL
from apps.rankings.models import Season


@dataclass(frozen=True, slots=True)
class Results:
    """The events that count, in the order of the season, with the overall rank of each participant who has one."""

    event_ids: Sequence[int]
    ranks: Sequence[Mapping[int, int]]  # for each event: participant -> rank from 1
    names: Mapping[int, str]


def read_results(season: Season) -> Results:
    """The present official rankings of a season's events, within the caller's transaction."""
    rankings = counting_rankings(season)
    event_ids = [ranking.event_id for ranking in rankings]
    participants = Participant.objects.filter(entries__event__in=event_ids).distinct()
    return Results(
        event_ids=event_ids,
        ranks=[_participant_ranks(ranking) for ranking in rankings],
        names=dict(participants.values_list("pk", "name")),
    )


def counting_rankings(season: Season) -> list[Ranking]:
    """The rankings of the season's events that have official results, in its order.

    A private event counts in a private season only: standings that others may read would tell its results.
    """
    counting = season.season_events.filter(event__state__in=OFFICIAL)
    if season.visibility != Event.Visibility.PRIVATE:
        counting = counting.exclude(event__visibility=Event.Visibility.PRIVATE)
    rankings = [one.event.current_ranking for one in counting.select_related("event__current_ranking")]
    return [ranking for ranking in rankings if ranking is not None]


def _participant_ranks(ranking: Ranking) -> dict[int, int]:
    participants = dict(Entry.objects.filter(event=ranking.event_id).values_list("pk", "participant_id"))
    ranked = ((row.entry_id, row.rank) for row in pages.iter_rows(ranking, OVERALL))
    return {participants[entry_id]: rank for entry_id, rank in ranked if rank is not None}
