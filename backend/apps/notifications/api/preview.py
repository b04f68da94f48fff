"""The preview of what people will be told of an event, in the API."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.access import may_manage_event
from apps.events.api.fields import StrictSerializer, read_query
from apps.events.api.lookups import find_event, require
from apps.notifications.messages import languages_of
from apps.notifications.models import Announcement
from apps.notifications.preview import PREVIEWED, Reach, count_audience, make_sample
from apps.rest.openapi import problems


class PreviewQuery(StrictSerializer):
    kind = serializers.ChoiceField(
        choices=[(kind, kind) for kind in PREVIEWED], default=Announcement.Kind.RESULTS_PUBLISHED.value
    )
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="one's own unless another is given"
    )
    bib = serializers.CharField(
        default="", help_text="whose message; without it the first line with an account, or the first line"
    )


class ReachSerializer(serializers.Serializer[Reach]):
    """How many people a channel would reach, and how many not."""

    channel = serializers.CharField()
    told = serializers.IntegerField()
    not_told = serializers.DictField(child=serializers.IntegerField(), help_text="people by the reason")


class PreviewSerializer(serializers.Serializer[Any]):
    """A sample of a message, and how many would get one."""

    kind = serializers.CharField()
    language = serializers.CharField()
    bib = serializers.CharField()
    name = serializers.CharField()
    has_account = serializers.BooleanField(help_text="false: this one would be told nothing")
    subject = serializers.CharField()
    text = serializers.CharField(help_text="as the inbox shows it")
    html = serializers.CharField(help_text="as the e-mail shows it: a page of its own")
    channels = ReachSerializer(many=True)
    without_account = serializers.IntegerField(help_text="entries of people who are told nothing by any channel")


class NotificationPreview(APIView):
    """What people will be told of an event."""

    @extend_schema(
        tags=["notifications"],
        summary="Preview what people will be told of an event",
        operation_id="events_notifications_preview",
        parameters=[PreviewQuery],
        responses={200: PreviewSerializer, **problems(401, 403, 409, 422)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """For the event's owner and staff, at any time: as if its results were published now, or it were open.

        Nothing is sent and nothing is kept. 409 while there is nothing to tell: no ranking, no entries, no start.
        """
        event = find_event(request, slug)
        user = require(may_manage_event(request.user, event), request)
        query = read_query(PreviewQuery, request)
        kind, language = query["kind"], query.get("language") or languages_of([user.pk])[user.pk]
        sample, audience = make_sample(event, kind, language=language, bib=query["bib"]), count_audience(event, kind)
        document = {
            "kind": kind,
            "language": language,
            "bib": sample.entry.bib,
            "name": sample.entry.participant.name,
            "has_account": sample.has_account,
            "subject": sample.message.title,
            "text": sample.message.text,
            "html": sample.message.html(),
            "channels": audience.channels,
            "without_account": audience.without_account,
        }
        return Response(PreviewSerializer(document).data)
