"""The standings of a season, as people and scoreboards read them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.api import cursors
from apps.events.api.fields import read_query
from apps.rankings import pages
from apps.rankings.api.lookups import find_season, require_standings
from apps.rankings.api.standings_serializers import (
    RevisionQuery,
    SeasonAwardsSerializer,
    StandingsParticipantSerializer,
    StandingsQuery,
    StandingsSerializer,
)
from apps.rankings.awards import is_final, read_awards
from apps.rankings.models import Season, Standings
from apps.rankings.readers import check_board, find_standings, read_board, read_boards, read_events
from apps.rest.openapi import problems


class SeasonStandings(APIView):
    """The standings of a season."""

    @extend_schema(
        tags=["seasons"],
        summary="Read the standings of a season, page by page",
        operation_id="standings_retrieve",
        parameters=[StandingsQuery],
        responses={200: StandingsSerializer, **problems(422)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """The current standings, or an earlier revision. `next` stays in the revision that was begun."""
        season = find_season(request, slug)
        query = read_query(StandingsQuery, request)
        place = cursors.place_of(query)
        standings = find_standings(season, request.user, place.revision)
        document = {**head(season, standings), **_board(standings, place, query["limit"]), "next": None}
        stop = place.start + query["limit"]
        if standings is not None and stop < pages.line_count(standings, place.division):
            cursor = cursors.encode(cursors.Place(standings.revision, stop, place.division))
            document["next"] = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return Response(StandingsSerializer(document).data)


def head(season: Season, standings: Standings | None) -> dict[str, Any]:
    """Which standings these are."""
    return {
        "season": season.slug,
        "revision": standings and standings.revision,
        "is_current": standings is not None and standings.pk == season.current_standings_id,
        "is_final": standings is not None and is_final(season, standings),
        "computed_at": standings and standings.computed_at,
        "content_hash": standings and standings.content_hash,
    }


def _board(standings: Standings | None, place: cursors.Place, limit: int) -> dict[str, Any]:
    if standings is None:
        return {"division": place.division, "divisions": [], "events": [], "total": 0, "ranked": 0, "rows": []}
    check_board(standings, place.division)
    view = read_board(standings, place.division, start=place.start, stop=place.start + limit)
    return {
        "division": view.board,
        "divisions": pages.board_keys(standings),
        "events": view.events,
        "total": view.total,
        "ranked": view.ranked,
        "rows": view.lines,
    }


class StandingsParticipant(APIView):
    """One participant."""

    @extend_schema(
        tags=["seasons"],
        summary="Read where a participant stands",
        operation_id="standings_participant",
        parameters=[RevisionQuery],
        responses={200: StandingsParticipantSerializer, **problems(422)},
    )
    def get(self, request: Request, slug: str, participant_id: int) -> Response:
        """The participant's line on every board, with a cell for each event."""
        season = find_season(request, slug)
        standings = require_standings(request, season, read_query(RevisionQuery, request).get("revision"))
        keys = pages.board_keys(standings)
        found = read_boards(standings, {key: pages.lines_of(standings, key, [participant_id]) for key in keys})
        boards = [{"division": key, "line": line} for key, lines in found.items() for line in lines]
        if not boards:
            raise Missing(f"revision {standings.revision} does not have this participant", place="participant")
        document = {**head(season, standings), "events": read_events(standings), "boards": boards}
        return Response(StandingsParticipantSerializer(document).data)


class SeasonAwards(APIView):
    """The awards of a season."""

    @extend_schema(
        tags=["seasons"],
        summary="Read the awards of a season",
        operation_id="season_awards",
        parameters=[RevisionQuery],
        responses={200: SeasonAwardsSerializer, **problems(422)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Champions and podium, overall and in each division. Provisional until no event is still to come."""
        season = find_season(request, slug)
        standings = require_standings(request, season, read_query(RevisionQuery, request).get("revision"))
        document = {**head(season, standings), "boards": read_awards(standings)}
        return Response(SeasonAwardsSerializer(document).data)
