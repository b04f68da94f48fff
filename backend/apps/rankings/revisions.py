"""Makes the next revision of a season's standings, if it says something new."""

from typing import Any

from apps.errors import Missing
from apps.rankings import pages
from apps.rankings.causes import find_causes
from apps.rankings.models import Ruling, Season, Standings
from apps.rankings.result import StandingsResult, content_hash
from apps.rankings.results import concerned, read_input, read_sources
from apps.rankings.standings import compute_standings


def lock_season(season_id: int) -> Season:
    """The season, locked until the transaction ends. Raises Missing if there is none."""
    season = Season.objects.select_for_update(no_key=True).filter(pk=season_id).first()
    if season is None:
        raise Missing(f"there is no season {season_id}")
    return season


def refresh(season: Season) -> tuple[Standings | None, bool]:
    """The standings of a locked season as they are now, and whether they are a new revision."""
    sources = read_sources(season)
    in_force = list(season.rulings.filter(revoked_at=None).select_related("participant"))
    rulings = [_ruling(one) for one in in_force]
    result = compute_standings(read_input(season, sources, in_force))
    digest = content_hash(result, {"rules": season.rules, "rulings": rulings})
    current = season.current_standings
    if current is not None and current.content_hash == digest:
        return current, False
    return add_revision(season, result, digest, sources=[one.document() for one in sources], rulings=rulings), True


def add_revision(
    season: Season,
    result: StandingsResult,
    digest: str,
    *,
    sources: list[dict[str, Any]],
    rulings: list[dict[str, Any]],
) -> Standings:
    """Store the next revision of a locked season and point the season to it: readers switch in one step."""
    newest = Standings.objects.filter(season=season).order_by("-revision").values_list("revision", flat=True).first()
    encoded = pages.encode(result)
    standings = Standings.objects.create(
        season=season,
        revision=(newest or 0) + 1,
        content_hash=digest,
        event_ids=list(result.event_ids),
        row_count=len(result.boards[0].participants),
        boards=encoded.boards,
        rules=season.rules,
        sources=sources,
        rulings=rulings,
        causes=find_causes(season.current_standings, rules=season.rules, sources=sources, rulings=rulings),
    )
    pages.write(standings.pk, encoded)
    season.current_standings = standings
    season.save(update_fields=["current_standings"])
    return standings


def _ruling(ruling: Ruling) -> dict[str, Any]:
    return {
        "id": ruling.pk,
        "kind": ruling.kind,
        "participant": concerned(ruling),
        "points": ruling.points,
        "reason": ruling.reason,
    }
