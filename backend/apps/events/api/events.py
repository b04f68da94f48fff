"""Events and their states."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from apps.events.access import listed_events, may_create_events, may_manage_event
from apps.events.api.event_serializers import (
    ActionInput,
    EventChanges,
    EventDetailSerializer,
    EventInput,
    EventQuery,
    EventSerializer,
    TransitionSerializer,
)
from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import find_event, require
from apps.events.api.pagination import NewestFirst, OldestFirst, PageQuery
from apps.events.models import Event, EventTransition
from apps.events.services import change_event, change_event_state, create_event
from apps.events.states import ACTIONS
from apps.rest.openapi import problems

RACE = {
    "slug": "park-run",
    "name": "Park Run",
    "rules": {"metric": "duration", "direction": "low", "divisions": {"sex": ["F", "M"]}},
}
ACTION = OpenApiParameter("action", location="path", enum=list(ACTIONS))


class EventList(ListAPIView[Event]):
    """The events."""

    queryset = Event.objects.none()
    serializer_class = EventSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Event]:
        query = read_query(EventQuery, self.request)
        events = listed_events(self.request.user)
        return events.filter(state=query["state"]) if "state" in query else events

    @extend_schema(
        tags=["events"],
        summary="List events",
        parameters=[EventQuery],
        responses={200: EventSerializer(many=True), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        """Events that anybody may see, and one's own; the newest first."""
        return self.list(request)

    @extend_schema(
        tags=["events"],
        summary="Create an event",
        request=EventInput,
        responses={201: EventDetailSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("a race", value=RACE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """A new event in state `draft`. For organisers: users with the permission `events.add_event`, and staff."""
        owner = require(may_create_events(request.user), request)
        event = create_event(**read_body(EventInput, request), owner=owner)
        location = reverse("event", [event.slug], request=request)
        return Response(_document(event, request), status.HTTP_201_CREATED, headers={"Location": location})


def _document(event: Event, request: Request) -> dict[str, Any]:
    return dict(EventDetailSerializer(event, context={"user": request.user}).data)


class EventDetail(APIView):
    """One event."""

    @extend_schema(tags=["events"], summary="Show an event", responses={200: EventDetailSerializer})
    def get(self, request: Request, slug: str) -> Response:
        """An event, with its scorers for those who manage it."""
        event = find_event(request, slug)
        return Response(_document(event, request))

    @extend_schema(
        tags=["events"],
        summary="Change an event",
        request=EventChanges,
        responses={200: EventDetailSerializer, **problems(403, 409, 422)},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """For its owner and staff. The rules can change only while it is a draft, the freeze until it is closed."""
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        changed = change_event(event.pk, changes=read_body(EventChanges, request, partial=True), by=by)
        return Response(_document(changed, request))


class EventAction(APIView):
    """An action that changes an event's state."""

    @extend_schema(
        tags=["events"],
        summary="Open, close, publish, unpublish, reopen, archive or cancel an event",
        operation_id="events_action",
        parameters=[ACTION],
        request=ActionInput,
        responses={200: EventDetailSerializer, **problems(403, 409, 422)},
    )
    def post(self, request: Request, slug: str, action: str) -> Response:
        """For its owner and staff. 409 where the action does not start from the present state.

        Publishing needs a ranking of the latest changes; it is 409 until a worker has made it.
        """
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        changed = change_event_state(event.pk, action=action, by=by, **read_body(ActionInput, request))
        return Response(_document(changed, request))


class TransitionList(ListAPIView[EventTransition]):
    """What happened to an event's state."""

    queryset = EventTransition.objects.none()
    serializer_class = TransitionSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[EventTransition]:
        event = find_event(self.request, self.kwargs["slug"])
        require(may_manage_event(self.request.user, event), self.request)
        read_query(PageQuery, self.request)
        return event.transitions.select_related("by")

    @extend_schema(
        tags=["events"],
        summary="List an event's changes of state",
        parameters=[PageQuery],
        responses={200: TransitionSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For its owner and staff: who changed the state, when and why; the oldest first."""
        return self.list(request)
