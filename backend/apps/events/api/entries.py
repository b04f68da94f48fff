"""The entries of an event."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from apps.events.access import may_manage_event, may_record_scores, visible_entries
from apps.events.api.entry_serializers import EntryChanges, EntryInput, EntryQuery, EntrySerializer
from apps.events.api.fields import read_body, read_query
from apps.events.api.lookups import find_entry, find_event, require
from apps.events.api.pagination import OldestFirst
from apps.events.models import DivisionSet, Entry, Event
from apps.events.result import OVERALL
from apps.events.services import change_entry, register_entry
from apps.rest.openapi import problems

BIB = OpenApiParameter("bib", location="path", pattern="^[!-~]{1,23}$")
RUNNER = {"bib": "7", "name": "Ana", "divisions": {"sex": "F"}}


class EntryList(ListAPIView[Entry]):
    """The entries."""

    queryset = Entry.objects.none()
    serializer_class = EntrySerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[Entry]:
        self.event = event = find_event(self.request, self.kwargs["slug"])
        query = read_query(EntryQuery, self.request)
        entries = visible_entries(self.request.user, event).select_related("participant", "division_set")
        if "bib" in query:
            entries = entries.filter(bib=query["bib"])
        division = query.get("division", OVERALL)
        return entries if division == OVERALL else entries.filter(division_set__in=sets_with(event, division))

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        return context | _context(self.request, self.event) if hasattr(self, "event") else context

    @extend_schema(
        tags=["entries"],
        summary="List entries",
        parameters=[EntryQuery],
        responses={200: EntrySerializer(many=True), **problems(422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """In the order of entering. Hidden and withdrawn entries are shown to those who work on the event."""
        return self.list(request)

    @extend_schema(
        tags=["entries"],
        summary="Enter a participant",
        request=EntryInput,
        responses={201: EntrySerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("a runner", value=RUNNER, request_only=True)],
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner and staff, while it is a draft or open."""
        event = find_event(request, slug)
        require(may_manage_event(request.user, event), request)
        entry = register_entry(event.pk, **read_body(EntryInput, request))
        location = reverse("entry", [event.slug, entry.bib], request=request)
        return Response(_document(request, event, entry), status.HTTP_201_CREATED, headers={"Location": location})


def _context(request: Request, event: Event) -> dict[str, Any]:
    return {"works_on_it": may_record_scores(request.user, event)}


def _document(request: Request, event: Event, entry: Entry) -> dict[str, Any]:
    return dict(EntrySerializer(entry, context=_context(request, event)).data)


def sets_with(event: Event, division: str) -> list[DivisionSet]:
    """The event's combinations of divisions that contain this one, which is written as in `sex:F`."""
    dimension, _, value = division.partition(":")
    return [each for each in event.division_sets.all() if each.values.get(dimension) == value]


class EntryDetail(APIView):
    """One entry."""

    @extend_schema(tags=["entries"], summary="Show an entry", parameters=[BIB], responses={200: EntrySerializer})
    def get(self, request: Request, slug: str, bib: str) -> Response:
        """A hidden or withdrawn entry exists for those who work on the event."""
        event = find_event(request, slug)
        return Response(_document(request, event, find_entry(request, event, bib)))

    @extend_schema(
        tags=["entries"],
        summary="Change an entry",
        parameters=[BIB],
        request=EntryChanges,
        responses={200: EntrySerializer, **problems(403, 409, 422)},
    )
    def patch(self, request: Request, slug: str, bib: str) -> Response:
        """For the event's owner and staff, until the event is archived; the name alone at any time.

        Once the event is open each change is a correction, in its trail with `reason`. That is needed for an adjustment
        and a disqualification, and for everything once the event is published: it makes the next revision.
        """
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        entry = find_entry(request, event, bib)
        changes = read_body(EntryChanges, request, partial=True)
        changed = change_entry(entry.pk, reason=changes.pop("reason", ""), changes=changes, by=by)
        return Response(_document(request, event, changed))
