"""The end of a freeze: at once, or step by step."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.access import may_manage_event
from apps.events.api.event_serializers import EventDetailSerializer
from apps.events.api.fields import StrictSerializer, read_body
from apps.events.api.lookups import find_event, require
from apps.events.services import reveal_next, thaw_event
from apps.events.thaw import MOST_STEPS, Revealed, Thaw
from apps.rest.openapi import problems


class RevealInput(StrictSerializer):
    """How far the thaw goes on."""

    steps = serializers.IntegerField(default=1, min_value=1, max_value=MOST_STEPS)


class RevealedSerializer(serializers.Serializer[Revealed]):
    """Scores that are shown now."""

    step = serializers.IntegerField(help_text="of those asked for, from 1")
    bib = serializers.CharField()
    name = serializers.CharField()
    component = serializers.CharField(help_text="or secondary measure; empty for neither")


class ThawSerializer(serializers.Serializer[Thaw]):
    """What the steps show, in their order."""

    revealed = RevealedSerializer(many=True)
    is_thawed = serializers.BooleanField(help_text="nothing is pending any more: the freeze is over")


class ThawEvent(APIView):
    """The thaw at once."""

    @extend_schema(
        tags=["events"],
        summary="Show all that a freeze has hidden",
        operation_id="events_thaw",
        request=None,
        responses={200: EventDetailSerializer, **problems(403, 409)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner and staff, while it is open or closed. The public's ranking follows within seconds."""
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        document: Any = EventDetailSerializer(thaw_event(event.pk, by=by), context={"user": request.user}).data
        return Response(document)


class RevealNext(APIView):
    """The thaw step by step."""

    @extend_schema(
        tags=["events"],
        summary="Show the next step of what a freeze has hidden",
        operation_id="events_reveal",
        request=RevealInput,
        responses={200: ThawSerializer, **problems(403, 409, 422)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner and staff, while it is open or closed.

        A step shows what is pending of the lowest line of the public's overall board that has anything pending; in a
        penalty contest the first of its problems. After the last step the event is thawed. 409 while the ranking of the
        step before is not there yet.
        """
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        return Response(ThawSerializer(reveal_next(event.pk, by=by, **read_body(RevealInput, request))).data)
