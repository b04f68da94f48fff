"""The difference between two revisions of a ranking."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.events.api import cursors
from apps.events.api.difference_serializers import DifferenceExportQuery, DifferenceQuery, DifferenceSerializer
from apps.events.api.fields import read_query
from apps.events.api.lookups import find_event
from apps.events.api.ranking_documents import answer
from apps.events.api.rankings import AnyAccept
from apps.events.difference_exports import iter_difference_csv
from apps.events.difference_lines import difference_lines, find_revision, read_difference
from apps.events.models import Event, Ranking
from apps.events.result import OVERALL
from apps.events.revision_reasons import hidden_reasons, shown_reasons
from apps.rest.openapi import UNCHANGED, problems


class RankingDifference(APIView):
    """What differs between two revisions."""

    @extend_schema(
        tags=["rankings"],
        summary="Compare two revisions of a ranking",
        operation_id="ranking_difference",
        parameters=[DifferenceQuery],
        responses={200: DifferenceSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str, before: int, after: int) -> HttpResponseBase:
        """Who is new, gone, or has another rank, result or status in `after`, and why; page by page.

        Both are revisions of one variant. Why is told by the reasons of the corrections in between; to the public none
        are told while an event is frozen.
        """
        event = find_event(request, slug)
        query = read_query(DifferenceQuery, request)
        # A cursor is of the later revision: with `before` in the address it is of this difference alone.
        place = cursors.place_of({**query, "revision": after})
        limit = query["limit"]
        return answer(request, event, place.variant, lambda: self.page(request, event, before, place, limit))

    def page(self, request: Request, event: Event, before: int, place: cursors.Place, limit: int) -> Response:
        old, new = (find_revision(event, number, place.variant) for number in (before, place.revision or 0))
        difference = read_difference(event, old, new, place.division)
        stop = place.start + limit
        document: dict[str, Any] = {
            "event": event.slug,
            "before": old.revision,
            "after": new.revision,
            "division": place.division,
            "reasons": shown_reasons(max(old, new, key=lambda one: one.revision), hidden_reasons(event)),
            "counts": difference.counts(),
            "changes": difference_lines(difference, place.start, stop),
            "next": None,
        }
        if stop < len(difference.changes):
            cursor = cursors.encode(cursors.Place(new.revision, stop, place.division, place.variant))
            document["next"] = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return Response(DifferenceSerializer(document).data)


class RankingDifferenceExport(APIView):
    """What differs between two revisions, as a file."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["rankings"],
        summary="Download the difference between two revisions as CSV",
        operation_id="ranking_difference_export",
        parameters=[DifferenceExportQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str, before: int, after: int) -> HttpResponseBase:
        """All of its lines. Text that a spreadsheet would run as a formula begins with an apostrophe."""
        event = find_event(request, slug)
        query = read_query(DifferenceExportQuery, request)
        division, variant = query.get("division", OVERALL), query.get("variant", Ranking.Variant.PUBLIC)

        def export() -> StreamingHttpResponse:
            old, new = (find_revision(event, number, variant) for number in (before, after))
            lines = iter_difference_csv(read_difference(event, old, new, division))
            response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = f'attachment; filename="{event.slug}-{before}-{after}.csv"'
            return response

        return answer(request, event, variant, export)
