"""Seasons and their standings, as the API tells them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.errors import InvalidInput, Missing
from apps.events.access import visible_events
from apps.events.api import cursors
from apps.events.api.fields import StrictSerializer, read_query
from apps.events.api.pagination import MOST_ROWS, ROWS, NewestFirst, PageQuery
from apps.events.models import Event
from apps.events.result import OVERALL
from apps.rankings.access import listed_seasons, visible_seasons
from apps.rankings.models import Season
from apps.rankings.readers import CellView, LineView, StandingsView, current_standings
from apps.rest.openapi import problems


class SeasonSerializer(serializers.Serializer[Any]):
    """A season."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Event.Visibility.choices)
    points = serializers.JSONField(help_text="points by place, the first number for rank 1")
    created_at = serializers.DateTimeField()


class SeasonEventSerializer(serializers.Serializer[Event]):
    """An event of a season."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Event.State.choices)
    starts_at = serializers.DateTimeField(allow_null=True)


class SeasonDetailSerializer(SeasonSerializer):
    """A season with its events in order, those that the user may see."""

    events = SeasonEventSerializer(many=True)


class StandingsQuery(StrictSerializer):
    """Which part of the standings."""

    limit = serializers.IntegerField(default=ROWS, min_value=1, max_value=MOST_ROWS)
    cursor = serializers.CharField(required=False, max_length=200, help_text="from `next` of another page")


class StandingsCellSerializer(serializers.Serializer[CellView]):
    """What a participant got in one event."""

    rank = serializers.IntegerField()
    points = serializers.CharField()


class StandingsLineSerializer(serializers.Serializer[LineView]):
    """One line of the standings."""

    rank = serializers.IntegerField()
    shown_rank = serializers.CharField(help_text="`3=` where others share it")
    position = serializers.IntegerField(help_text="of the line, from 1; ties too have their own")
    name = serializers.CharField()
    total = serializers.CharField(help_text="an exact decimal number, as text")
    cells = serializers.ListField(
        child=StandingsCellSerializer(allow_null=True), help_text="one for each event; null where there is no rank"
    )


class StandingsSerializer(serializers.Serializer[dict[str, Any]]):
    """A page of the standings. `revision` is null while there are none yet."""

    season = serializers.SlugField()
    revision = serializers.IntegerField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True, help_text="equal for equal standings")
    events = SeasonEventSerializer(many=True, help_text="those that count, in the order of the cells")
    total = serializers.IntegerField(help_text="lines of the whole standings")
    rows = StandingsLineSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="the next page of the same revision")


class SeasonList(ListAPIView[Season]):
    """The seasons."""

    queryset = Season.objects.none()
    serializer_class = SeasonSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Season]:
        read_query(PageQuery, self.request)
        return listed_seasons(self.request.user)

    @extend_schema(
        tags=["seasons"],
        summary="List seasons",
        parameters=[PageQuery],
        responses={200: SeasonSerializer(many=True), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        """Seasons that anybody may see, and one's own; the newest first."""
        return self.list(request)


class SeasonDetail(APIView):
    """One season."""

    @extend_schema(tags=["seasons"], summary="Show a season", responses={200: SeasonDetailSerializer})
    def get(self, request: Request, slug: str) -> Response:
        """A season with its events in order, those that the user may see."""
        season = find_season(request, slug)
        visible = visible_events(request.user).filter(season_events__season=season)
        order = list(season.season_events.values_list("event", flat=True))
        events = sorted(visible.distinct(), key=lambda event: order.index(event.pk))
        return Response(SeasonDetailSerializer({**SeasonSerializer(season).data, "events": events}).data)


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
        """Participants by the sum of their points. 422 for a cursor from before the standings changed: begin anew."""
        season = find_season(request, slug)
        query = read_query(StandingsQuery, request)
        place = cursors.place_of(query)
        view = current_standings(season, start=place.start, stop=place.start + query["limit"])
        if place.revision is not None and (view is None or view.standings.revision != place.revision):
            raise InvalidInput("the standings have changed; begin again with the first page", place="cursor")
        document = _document(season, view)
        if view is not None and place.start + query["limit"] < view.standings.row_count:
            cursor = cursors.encode(cursors.Place(view.standings.revision, place.start + query["limit"], OVERALL))
            document["next"] = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return Response(StandingsSerializer(document).data)


def find_season(request: Request, slug: str) -> Season:
    """The season, if the user may see it. Raises Missing."""
    season = visible_seasons(request.user).select_related("current_standings").filter(slug=slug).first()
    if season is None:
        raise Missing(f"there is no season {slug!r}")
    return season


def _document(season: Season, view: StandingsView | None) -> dict[str, Any]:
    return {
        "season": season.slug,
        "revision": view and view.standings.revision,
        "computed_at": view and view.standings.computed_at,
        "content_hash": view and view.standings.content_hash,
        "events": view.events if view else [],
        "total": view.standings.row_count if view else 0,
        "rows": view.lines if view else [],
        "next": None,
    }
