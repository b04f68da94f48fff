"""Storing what a run of the ranking found: as the next revision of each variant, where it says something new."""

from typing import NamedTuple

from apps.events import pages
from apps.events.columns import RankingInput
from apps.events.models import Event, Ranking
from apps.events.ranking import rank_entries
from apps.events.result import RankingResult
from apps.events.revision_reasons import tell_reasons

Variant = Ranking.Variant


class Ranked(NamedTuple):
    """A ranking as computed, ready to be stored."""

    result: RankingResult
    encoded: pages.EncodedRanking


def rank_input(data: RankingInput) -> Ranked:
    """Rank and encode: what takes long, and needs no lock."""
    result = rank_entries(data)
    return Ranked(result, pages.encode(result))


def store_rankings(event: Event, live: Ranked, public: Ranked, *, input_version: int) -> bool:
    """Point a locked event, which the caller saves, to these rankings. Returns whether the public one is new.

    Where both say the same they are one revision, the public one: everybody reads it. Whether the live one is new is
    for nobody to know who hears of this run.
    """
    before = event.public_ranking_id
    event.public_ranking = _revision(event, Variant.PUBLIC, event.public_ranking, public, input_version)
    if live.result.content_hash == public.result.content_hash:
        event.current_ranking = event.public_ranking
    else:
        event.current_ranking = _revision(event, Variant.LIVE, event.current_ranking, live, input_version)
    return before != event.public_ranking.pk


def _revision(event: Event, variant: Variant, current: Ranking | None, ranked: Ranked, input_version: int) -> Ranking:
    """The revision that says this: the current one if it does, else the next."""
    if current is not None and current.variant == variant and current.content_hash == ranked.result.content_hash:
        return current
    same = Ranking.objects.filter(event=event, variant=variant).order_by("-revision")
    newest = same.only("revision", "input_version", "reasons_upto").first()
    told = tell_reasons(event, newest, variant, input_version)
    ranking = Ranking.objects.create(
        event=event,
        variant=variant,
        revision=newest.revision + 1 if newest else 1,
        reason=told.text,
        reasons_upto=told.upto,
        input_version=input_version,
        duration_ms=event.ranking_ms,
        content_hash=ranked.result.content_hash,
        rules=event.rules,
        boards=ranked.encoded.boards,
    )
    pages.write(ranking.pk, ranked.encoded)
    return ranking
