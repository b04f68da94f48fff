"""The awards of an event."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.api.fields import read_query
from apps.events.api.lookups import find_event
from apps.events.api.ranking_documents import answer, head
from apps.events.api.ranking_serializers import RankingHeadSerializer, RankingLineSerializer, RevisionQuery
from apps.events.awards import Awards, read_awards
from apps.events.models import Ranking
from apps.events.ranking_lines import find_ranking
from apps.rest.openapi import UNCHANGED, problems


class EventBoardAwardsSerializer(serializers.Serializer[Awards]):
    """The awards of one board. Whoever shares a rank shares the award."""

    division = serializers.CharField()
    winners = serializers.ListField(child=serializers.CharField(), help_text="their bibs")
    podium = RankingLineSerializer(many=True, help_text="ranks 1 to 3")


class EventAwardsSerializer(RankingHeadSerializer):
    """The awards of an event: provisional unless `official` is true."""

    awards = EventBoardAwardsSerializer(many=True, help_text="overall first; no board where nobody has a rank")


class EventAwards(APIView):
    """Winner and podium."""

    @extend_schema(
        tags=["rankings"],
        summary="Read the awards",
        parameters=[RevisionQuery],
        responses={200: EventAwardsSerializer, **UNCHANGED, **problems(403, 422)},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Winner and podium, overall and in each division. None while the event has no ranking yet."""
        event = find_event(request, slug)
        query = read_query(RevisionQuery, request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)

        def awards() -> Response:
            ranking = find_ranking(event, query.get("revision"), variant)
            found = read_awards(ranking) if ranking else []
            return Response(
                EventAwardsSerializer({**head(event, ranking), "awards": [_board(one) for one in found]}).data
            )

        return answer(request, event, variant, awards)


def _board(awards: Awards) -> dict[str, Any]:
    return {
        "division": awards.division,
        "winners": [line.bib for line in awards.winners],
        "podium": awards.podium,
    }
