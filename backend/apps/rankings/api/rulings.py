"""Exclusions and adjustments of the participants of a season."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import require
from apps.events.api.pagination import OldestFirst, PageQuery
from apps.rankings.access import may_manage_season
from apps.rankings.api.lookups import find_season
from apps.rankings.api.serializers import RevocationInput, RulingInput, RulingSerializer
from apps.rankings.models import Ruling
from apps.rankings.services import revoke_ruling, rule_on_participant
from apps.rest.openapi import problems

PENALTY = {"kind": "adjustment", "participant": 17, "points": -5, "reason": "late to the start three times"}


class RulingList(ListAPIView[Ruling]):
    """The rulings of a season."""

    queryset = Ruling.objects.none()
    serializer_class = RulingSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[Ruling]:
        season = find_season(self.request, self.kwargs["slug"])
        require(may_manage_season(self.request.user, season), self.request)
        read_query(PageQuery, self.request)
        return season.rulings.select_related("participant", "by", "revoked_by")

    @extend_schema(
        tags=["seasons"],
        summary="List the rulings of a season",
        parameters=[PageQuery],
        responses={200: RulingSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For its owner and staff: who was excluded or adjusted, by whom and why, also what was revoked."""
        return self.list(request)

    @extend_schema(
        tags=["seasons"],
        summary="Exclude a participant, or adjust their total",
        request=RulingInput,
        responses={201: RulingSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("five points less", value=PENALTY, request_only=True)],
    )
    def post(self, request: Request, slug: str) -> Response:
        """For its owner and staff. An excluded participant keeps results and total and has no rank.

        The next revision of the standings follows the ruling and gives its reason.
        """
        season = find_season(request, slug)
        by = require(may_manage_season(request.user, season), request)
        body = read_body(RulingInput, request)
        ruling = rule_on_participant(season.pk, participant_id=body.pop("participant"), by=by, **body)
        return Response(RulingSerializer(ruling).data, status.HTTP_201_CREATED)


class RulingRevocation(APIView):
    """The end of a ruling."""

    @extend_schema(
        tags=["seasons"],
        summary="Revoke a ruling",
        operation_id="rulings_revoke",
        request=RevocationInput,
        responses={200: RulingSerializer, **problems(403, 409, 422)},
    )
    def post(self, request: Request, slug: str, ruling_id: int) -> Response:
        """For the season's owner and staff. The ruling stays on record, with who revoked it and why."""
        season = find_season(request, slug)
        by = require(may_manage_season(request.user, season), request)
        ruling = revoke_ruling(season.pk, ruling_id=ruling_id, by=by, **read_body(RevocationInput, request))
        return Response(RulingSerializer(ruling).data)
