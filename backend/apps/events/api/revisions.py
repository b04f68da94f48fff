"""The rankings that an event has had, and asking for the next."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from apps.events.access import may_record_scores, may_see_live
from apps.events.api.fields import read_query
from apps.events.api.lookups import find_event, require
from apps.events.api.pagination import NewestRevision
from apps.events.api.ranking_serializers import RequestedSerializer, RevisionListQuery, RevisionSerializer
from apps.events.models import Ranking
from apps.events.revision_reasons import hidden_reasons
from apps.events.services import request_event_ranking
from apps.rest.openapi import problems


class RevisionList(ListAPIView[Ranking]):
    """The revisions of a ranking."""

    queryset = Ranking.objects.none()
    serializer_class = RevisionSerializer
    pagination_class = NewestRevision

    def get_queryset(self) -> QuerySet[Ranking]:
        self.event = find_event(self.request, self.kwargs["slug"])
        query = read_query(RevisionListQuery, self.request)
        variant = query.get("variant", Ranking.Variant.PUBLIC)
        if variant == Ranking.Variant.LIVE:
            require(may_see_live(self.request.user, self.event), self.request)
        return self.event.rankings.filter(variant=variant).defer("boards", "rules")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if not hasattr(self, "event"):  # while the schema is made
            return context
        works_on_it = may_record_scores(self.request.user, self.event)
        return {**context, "works_on_it": works_on_it, "hidden_reasons": hidden_reasons(self.event)}

    @extend_schema(
        tags=["rankings"],
        summary="List the revisions of a ranking",
        parameters=[RevisionListQuery],
        responses={200: RevisionSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """The rankings that the event has had, the newest first. Only one that differs makes a new revision.

        Numbers that are left out are of provisional ones that have been removed; those that were ever official stay.
        Those of the live variant are the ones that differed from the public one of their time, numbered by themselves.
        """
        return self.list(request)


class GenerateRanking(APIView):
    """Asking for a ranking."""

    @extend_schema(
        tags=["rankings"],
        summary="Ask for the ranking at once",
        operation_id="ranking_generate",
        request=None,
        responses={202: RequestedSerializer, **problems(403, 409)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner, its scorers and staff. Without it the ranking follows new scores within a minute."""
        event = find_event(request, slug)
        require(may_record_scores(request.user, event), request)
        task_id = request_event_ranking(event.pk)
        url = reverse("task", [task_id], request=request)
        document = RequestedSerializer({"task_id": task_id, "url": url}).data
        return Response(document, status.HTTP_202_ACCEPTED, headers={"Location": url})
