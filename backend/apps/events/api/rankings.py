"""The ranking of an event, as people and scoreboards read it."""

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events import pages
from apps.events.api import cursors
from apps.events.api.entries import BIB
from apps.events.api.fields import read_query
from apps.events.api.lookups import find_event
from apps.events.api.ranking_documents import answer, board, places, shown_entry_id
from apps.events.api.ranking_serializers import (
    AroundQuery,
    BoardPageSerializer,
    BoardQuery,
    BoardSerializer,
    PlacesSerializer,
    RankingQuery,
    RevisionQuery,
    TopQuery,
)
from apps.events.exports import further_columns, iter_csv, iter_export_rows
from apps.events.models import Event, Ranking
from apps.events.ranking_lines import find_ranking
from apps.events.result import OVERALL
from apps.rest.openapi import UNCHANGED, problems


class RankingPage(APIView):
    """A ranking, page by page."""

    @extend_schema(
        tags=["rankings"],
        summary="Read a ranking, page by page",
        operation_id="ranking_retrieve",
        parameters=[RankingQuery],
        responses={200: BoardPageSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The current ranking, or an earlier revision. `next` stays in the revision that was begun.

        While an event has no ranking yet, `revision` is null and there are no rows. Send `If-None-Match` with the ETag
        of the last answer to learn cheaply that nothing has changed.
        """
        event = find_event(request, slug)
        query = read_query(RankingQuery, request)
        place = cursors.place_of(query)
        return answer(request, event, place.variant, lambda: self.page(request, event, place, query["limit"]))

    def page(self, request: Request, event: Event, place: cursors.Place, limit: int) -> Response:
        ranking = find_ranking(event, place.revision, place.variant)
        stop = place.start + limit
        document = board(
            event, ranking, place.division, lambda found: pages.rows(found, place.division, place.start, stop)
        )
        document["next"] = None
        if ranking is not None and stop < pages.row_count(ranking, place.division):
            cursor = cursors.encode(cursors.Place(ranking.revision, stop, place.division, ranking.variant))
            document["next"] = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return Response(BoardPageSerializer(document).data)


class RankingTop(APIView):
    """The top of a ranking."""

    @extend_schema(
        tags=["rankings"],
        summary="Read the top of a ranking",
        operation_id="ranking_top",
        parameters=[TopQuery],
        responses={200: BoardSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The first lines; none while the event has no ranking yet."""
        event = find_event(request, slug)
        query = read_query(TopQuery, request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)
        division = query.get("division", OVERALL)

        def top() -> Response:
            ranking = find_ranking(event, query.get("revision"), variant)
            document = board(event, ranking, division, lambda found: pages.rows(found, division, 0, query["limit"]))
            return Response(BoardSerializer(document).data)

        return answer(request, event, variant, top)


class RankingAround(APIView):
    """A part of a ranking."""

    @extend_schema(
        tags=["rankings"],
        summary="Read a ranking around an entry",
        operation_id="ranking_around",
        parameters=[BIB, AroundQuery],
        responses={200: BoardSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str, bib: str) -> HttpResponseBase:
        """The line of the entry with this bib, and up to `n` lines before and after it."""
        event = find_event(request, slug)
        query = read_query(AroundQuery, request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)
        division = query.get("division", OVERALL)

        def around() -> Response:
            entry_id = shown_entry_id(event, bib)
            ranking = require_ranking(event, query.get("revision"), variant)
            document = board(
                event, ranking, division, lambda found: pages.around(found, division, entry_id, query["n"])
            )
            if not document["rows"]:
                raise Missing(f"{bib} is not in this division of revision {ranking.revision}", place="bib")
            return Response(BoardSerializer(document).data)

        return answer(request, event, variant, around)


class RankingPlaces(APIView):
    """The places of one entry."""

    @extend_schema(
        tags=["rankings"],
        summary="Read an entry's places",
        operation_id="ranking_places",
        parameters=[BIB, RevisionQuery],
        responses={200: PlacesSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str, bib: str) -> HttpResponseBase:
        """Its place overall and in each of its divisions."""
        event = find_event(request, slug)
        query = read_query(RevisionQuery, request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)

        def entry_places() -> Response:
            entry_id = shown_entry_id(event, bib)
            ranking = require_ranking(event, query.get("revision"), variant)
            return Response(PlacesSerializer(places(event, ranking, entry_id)).data)

        return answer(request, event, variant, entry_places)


def require_ranking(event: Event, revision: int | None, variant: str) -> Ranking:
    """The ranking, where an answer without one would say nothing. Raises Missing."""
    ranking = find_ranking(event, revision, variant)
    if ranking is None:
        raise Missing(f"{event.slug} has no ranking yet", place="revision")
    return ranking


class AnyAccept(BaseContentNegotiation):
    """Does not look at what a client accepts: CSV is what this address has, and JSON how it tells of errors."""

    def select_parser(self, request, parsers):  # type: ignore[no-untyped-def]
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):  # type: ignore[no-untyped-def]
        return renderers[0], renderers[0].media_type


class RankingExport(APIView):
    """A ranking as a file."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["rankings"],
        summary="Download a ranking as CSV",
        operation_id="ranking_export",
        parameters=[BoardQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Columns `division,rank,position,bib,name,score,status`; all divisions unless one is asked for.

        Further columns follow where the rules give rise to them: `tie_broken_by`, and every detail of the lines.

        The rank is empty for those without one. Text that a spreadsheet would run as a formula begins with an
        apostrophe. Only the header while the event has no ranking yet.
        """
        event = find_event(request, slug)
        query = read_query(BoardQuery, request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)

        def export() -> StreamingHttpResponse:
            ranking = find_ranking(event, query.get("revision"), variant)
            rows = iter_export_rows(ranking, query.get("division")) if ranking else iter(())
            lines = iter_csv(rows, further_columns(ranking) if ranking else ())
            response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            live = "live-" if variant == Ranking.Variant.LIVE else ""
            name = f"{event.slug}-{live}{ranking.revision if ranking else 0}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response

        return answer(request, event, variant, export)
