"""What was corrected in an event, and corrections that are no change of an entry."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.access import may_correct_scores, may_record_scores, own_participants
from apps.events.api.correction_serializers import (
    CorrectionQuery,
    CorrectionSerializer,
    KeptParticipantSerializer,
    MergeInput,
    SupersedeInput,
)
from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import find_event, find_score, require
from apps.events.api.pagination import NewestFirst
from apps.events.api.score_serializers import ScoreSerializer
from apps.events.models import Correction
from apps.events.rules import parse_rules
from apps.events.services import merge_participants, supersede_score
from apps.rest.openapi import problems

JUDGED = {"outcome": "valid", "reason": "judged after a second look"}
DOUBLED = {"drop": 4711, "reason": "entered twice, with and without her middle name"}


class CorrectionList(ListAPIView[Correction]):
    """The trail of an event."""

    queryset = Correction.objects.none()
    serializer_class = CorrectionSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Correction]:
        event = find_event(self.request, self.kwargs["slug"])
        require(may_record_scores(self.request.user, event), self.request)
        query = read_query(CorrectionQuery, self.request)
        corrections = event.corrections.select_related("entry__participant", "by")
        names = {"bib": "entry__bib", "kind": "kind"}
        return corrections.filter(**{names[name]: query[name] for name in names if name in query})

    @extend_schema(
        tags=["corrections"],
        summary="List the corrections of an event",
        parameters=[CorrectionQuery],
        responses={200: CorrectionSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For the event's owner, its scorers and staff: who changed what, from what to what, why; the newest first.

        Everything that was corrected since the event was opened. Lines are neither edited nor removed.
        """
        return self.list(request)


class ScoreSupersede(APIView):
    """Putting another score in the place of one."""

    @extend_schema(
        tags=["corrections"],
        summary="Supersede a score",
        request=SupersedeInput,
        responses={201: ScoreSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("a late judgement", value=JUDGED, request_only=True)],
    )
    def post(self, request: Request, score_id: int) -> Response:
        """For the event's owner, its scorers and staff; once the event is published for its owner and staff.

        The new score is of the same entry, component and attempt. The old one stays on record and counts no longer, so
        the same request again is 409. A published event gets its next revision; an archived one is not corrected.
        """
        event = find_score(request, score_id).event
        by = require(may_correct_scores(request.user, event), request)
        changes = read_body(SupersedeInput, request)
        score = supersede_score(score_id, reason=changes.pop("reason"), changes=changes, by=by)
        serializer = ScoreSerializer(score, context={"rules": parse_rules(event.rules)})
        return Response(serializer.data, status.HTTP_201_CREATED)


class ParticipantMerge(APIView):
    """Two participants that are one."""

    @extend_schema(
        tags=["corrections"],
        summary="Merge a participant into this one",
        operation_id="participants_merge",
        request=MergeInput,
        responses={200: KeptParticipantSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("entered twice", value=DOUBLED, request_only=True)],
    )
    def post(self, request: Request, participant_id: int) -> Response:
        """For the owner of both, and staff. The entries of the dropped one go to this one, in all events.

        Where both are entered in one event, the entry that has no result is withdrawn; 409, naming the event, if both
        have one. The external id of the dropped one leads to this one from now on. Every event gets a correction in its
        trail and a ranking, published ones as well; the standings of their seasons follow.
        """
        by = require(request.user.is_authenticated, request)
        body = read_body(MergeInput, request)
        own = set(own_participants(by).filter(pk__in=(participant_id, body["drop"])).values_list("pk", flat=True))
        for place, wanted in (("", participant_id), ("drop", body["drop"])):
            if wanted not in own:
                raise Missing(f"there is no participant {wanted}", place=place)
        kept = merge_participants(participant_id, drop_id=body["drop"], reason=body["reason"], by=by)
        return Response(KeptParticipantSerializer(kept).data)
