"""Seasons and their events."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from apps.events.access import visible_events
from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import require
from apps.events.api.pagination import NewestFirst, PageQuery
from apps.rankings.access import listed_seasons, may_create_seasons, may_manage_season
from apps.rankings.api.lookups import find_counted_events, find_season
from apps.rankings.api.serializers import (
    SeasonChanges,
    SeasonDetailSerializer,
    SeasonEventSerializer,
    SeasonEventsInput,
    SeasonInput,
    SeasonSerializer,
)
from apps.rankings.models import Season
from apps.rankings.rules import season_rules_schema
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import change_season, create_season, set_season_events
from apps.rest.openapi import problems

LEAGUE = {
    "slug": "city-league",
    "name": "City League",
    "rules": {"points": {"by_place": [25, 18, 15, 12.5, 10]}, "best": 4, "minimum_events": 3},
}
ROUNDS = {"events": [{"event": "spring-sprint", "breaks_ties": False}, {"event": "spring", "same_round": True}]}


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

    @extend_schema(
        tags=["seasons"],
        summary="Create a season",
        request=SeasonInput,
        responses={201: SeasonDetailSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("a league", value=LEAGUE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """A season without events. For organisers: users with the permission `events.add_event`, and staff."""
        owner = require(may_create_seasons(request.user), request)
        season = create_season(**read_body(SeasonInput, request), owner=owner)
        location = reverse("season", [season.slug], request=request)
        return Response(_document(season, request), status.HTTP_201_CREATED, headers={"Location": location})


class SeasonDetail(APIView):
    """One season."""

    @extend_schema(tags=["seasons"], summary="Show a season", responses={200: SeasonDetailSerializer})
    def get(self, request: Request, slug: str) -> Response:
        """A season with its events in order, those that the user may see."""
        return Response(_document(find_season(request, slug), request))

    @extend_schema(
        tags=["seasons"],
        summary="Change a season",
        request=SeasonChanges,
        responses={200: SeasonDetailSerializer, **problems(403, 422)},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """For its owner and staff. A worker computes the standings anew; published revisions stay as they are."""
        season = find_season(request, slug)
        require(may_manage_season(request.user, season), request)
        changed = change_season(season.pk, changes=read_body(SeasonChanges, request, partial=True))
        return Response(_document(changed, request))


class SeasonRulesSchema(APIView):
    """The JSON Schema of a season's rules."""

    @extend_schema(
        tags=["seasons"],
        summary="Read the JSON Schema of season rules",
        operation_id="season_rules_schema",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, _request: Request) -> Response:
        """For editors and for programs that write rules. What must fit together beyond it is checked on use."""
        return Response(season_rules_schema())


class SeasonEvents(APIView):
    """The events of a season."""

    @extend_schema(
        tags=["seasons"],
        summary="Set the events of a season",
        operation_id="season_events_update",
        request=SeasonEventsInput,
        responses={200: SeasonDetailSerializer, **problems(403, 422)},
        examples=[OpenApiExample("a round of sprint and race", value=ROUNDS, request_only=True)],
    )
    def put(self, request: Request, slug: str) -> Response:
        """For its owner and staff: all events in order. New ones must be events that they manage."""
        season = find_season(request, slug)
        require(may_manage_season(request.user, season), request)
        rows = read_body(SeasonEventsInput, request)["events"]
        event_ids = find_counted_events(request, season, [row["event"] for row in rows])
        events = [NewSeasonEvent(event_ids[row.pop("event")], **row) for row in map(dict, rows)]
        return Response(_document(set_season_events(season.pk, events=events), request))


def _document(season: Season, request: Request) -> dict[str, Any]:
    visible = visible_events(request.user).filter(season_events__season=season).values("pk")
    events = season.season_events.filter(event__in=visible).select_related("event")
    return {**SeasonSerializer(season).data, "events": SeasonEventSerializer(events, many=True).data}
