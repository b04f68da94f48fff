"""The scores of an event, one by one."""

import re
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import InvalidInput
from apps.events.access import may_correct_scores, may_record_scores
from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import find_event, find_score, require
from apps.events.api.pagination import NewestFirst
from apps.events.api.score_serializers import (
    KEY_HELP,
    KEY_PATTERN,
    ScoreInput,
    ScoreQuery,
    ScoreSerializer,
    VoidInput,
)
from apps.events.models import Score
from apps.events.rules import parse_rules
from apps.events.scoring import NewScore
from apps.events.services import record_scores, void_score
from apps.rest.openapi import problems

KEY_HEADER = "Idempotency-Key"
KEY = OpenApiParameter(
    KEY_HEADER, location="header", required=True, pattern=KEY_PATTERN.replace(r"\Z", "$"), description=KEY_HELP
)
FINISH = {"bib": "7", "value": "1:02:03.5", "achieved_at": "2026-05-17T10:02:03.500Z"}


class ScoreList(ListAPIView[Score]):
    """The scores."""

    queryset = Score.objects.none()
    serializer_class = ScoreSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Score]:
        self.event = find_event(self.request, self.kwargs["slug"])
        require(may_record_scores(self.request.user, self.event), self.request)
        query = read_query(ScoreQuery, self.request)
        scores = Score.objects.filter(event=self.event).select_related("entry", "recorded_by")
        return scores.filter(entry__bib=query["bib"]) if "bib" in query else scores

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        return {**context, "rules": parse_rules(self.event.rules)} if hasattr(self, "event") else context

    @extend_schema(
        tags=["scores"],
        summary="List scores",
        parameters=[ScoreQuery],
        responses={200: ScoreSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For the event's owner, its scorers and staff. Superseded and voided ones too; the newest first."""
        return self.list(request)

    @extend_schema(
        tags=["scores"],
        summary="Record a score",
        parameters=[KEY],
        request=ScoreInput,
        responses={200: ScoreSerializer, 201: ScoreSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("a finish", value=FINISH, request_only=True)],
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner, its scorers and staff, while it is open.

        201: recorded. 200: it was recorded before, and nothing changed. 409: the key came with other content before,
        the attempt has a score already, or the event is not open.

        The key names the request and is looked at first: the same one is answered with the score that it recorded,
        whatever became of that since. `external_id` names the score where it comes from. Under a new key, what says the
        same as its source said last is 200 and changes nothing, not even what a person corrected or voided since.
        Anything else is a correction: 201, and the score takes the place of the one before, with `reason` in the trail;
        also when the event is closed, and by its owner and staff when it is published. A correction keeps bib,
        component and attempt, and none brings back a score that was voided: 409.
        """
        event = find_event(request, slug)
        by = require(may_record_scores(request.user, event), request)
        row = NewScore(**read_body(ScoreInput, request), idempotency_key=read_key(request))
        (outcome,) = record_scores(event.pk, rows=[row], by=by)
        serializer = ScoreSerializer(outcome.recorded(), context={"rules": parse_rules(event.rules)})
        return Response(serializer.data, status.HTTP_201_CREATED if outcome.is_new else status.HTTP_200_OK)


def read_key(request: Request) -> str:
    """The request's idempotency key. Raises InvalidInput."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        raise InvalidInput(f"this header is needed: {KEY_HELP}", place=KEY_HEADER)
    if not re.fullmatch(KEY_PATTERN, key):
        raise InvalidInput(KEY_HELP, place=KEY_HEADER)
    return key


class ScoreVoid(APIView):
    """Taking a score back."""

    @extend_schema(
        tags=["scores"],
        summary="Void a score",
        request=VoidInput,
        responses={200: ScoreSerializer, **problems(403, 409, 422)},
    )
    def post(self, request: Request, score_id: int) -> Response:
        """For the event's owner, its scorers and staff; once the event is published for its owner and staff.

        The score stays on record. A published event gets its next revision; an archived one is not corrected.
        """
        event = find_score(request, score_id).event
        by = require(may_correct_scores(request.user, event), request)
        voided = void_score(score_id, **read_body(VoidInput, request), by=by)
        return Response(ScoreSerializer(voided, context={"rules": parse_rules(event.rules)}).data)
