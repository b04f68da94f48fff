"""The revisions of standings: which there are, what they say as a file, and how they differ."""

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import InvalidInput
from apps.events.api.fields import read_query
from apps.events.api.pagination import NewestFirst, PageQuery
from apps.events.api.rankings import AnyAccept
from apps.events.result import OVERALL
from apps.rankings import pages
from apps.rankings.access import readable_standings
from apps.rankings.api.lookups import find_season, require_standings
from apps.rankings.api.revision_serializers import ChangesQuery, ChangesSerializer, StandingsRevisionSerializer
from apps.rankings.api.standings_serializers import BoardQuery
from apps.rankings.comparison import compare
from apps.rankings.exports import iter_csv
from apps.rankings.models import Standings
from apps.rankings.readers import check_board
from apps.rankings.wording import read_causes
from apps.rest.openapi import problems


class StandingsExport(APIView):
    """Standings as a file."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["seasons"],
        summary="Download standings as CSV",
        operation_id="standings_export",
        parameters=[BoardQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, **problems(422)},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Columns `division,rank,position,participant,name,total,tie_broken_by,note`, then two for each event.

        Those are its points, in parentheses where they do not count, and the rank or status there. All divisions unless
        one is asked for. Text that a spreadsheet would run as a formula begins with an apostrophe.
        """
        season = find_season(request, slug)
        query = read_query(BoardQuery, request)
        standings = require_standings(request, season, query.get("revision"))
        response = StreamingHttpResponse(
            iter_csv(standings, query.get("division")), content_type="text/csv; charset=utf-8"
        )
        name = f"{season.slug}-{standings.revision}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class StandingsRevisions(ListAPIView[Standings]):
    """The revisions of the standings."""

    queryset = Standings.objects.none()
    serializer_class = StandingsRevisionSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Standings]:
        season = find_season(self.request, self.kwargs["slug"])
        read_query(PageQuery, self.request)
        return season.standings.only("revision", "computed_at", "content_hash", "causes", "event_ids", "season_id")

    @extend_schema(
        tags=["seasons"],
        summary="List the revisions of the standings",
        parameters=[PageQuery],
        responses={200: StandingsRevisionSerializer(many=True), **problems(422)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Every revision that you may read, the newest first, each with what led to it."""
        season = find_season(request, slug)
        page = self.paginate_queryset(self.get_queryset()) or []
        shown = readable_standings(request.user, season, page)
        causes = read_causes(season, request.user, shown)
        rows = [
            {name: getattr(standings, name) for name in ("revision", "computed_at", "content_hash")} | {"causes": each}
            for standings, each in zip(shown, causes, strict=True)
        ]
        return self.get_paginated_response(StandingsRevisionSerializer(rows, many=True).data)


class StandingsChanges(APIView):
    """What differs between two revisions."""

    @extend_schema(
        tags=["seasons"],
        summary="Compare two revisions of the standings",
        operation_id="standings_changes",
        parameters=[ChangesQuery],
        responses={200: ChangesSerializer, **problems(422)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Who moved, from where to where, and what led to it."""
        season = find_season(request, slug)
        query = read_query(ChangesQuery, request)
        board = query.get("division", OVERALL)
        before = require_standings(request, season, query["before"])
        after = require_standings(request, season, query.get("after"))
        if before.revision > after.revision:
            raise InvalidInput("this is the later revision", place="before")
        if board not in {*pages.board_keys(before), *pages.board_keys(after)}:
            check_board(after, board)
        changes = compare(season, request.user, before, after, board)
        document = {
            "season": season.slug,
            "division": board,
            "before": before.revision,
            "after": after.revision,
            "causes": changes.causes,
            "moves": changes.moves,
        }
        return Response(ChangesSerializer(document).data)
