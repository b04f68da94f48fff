"""Files of scores: sending one, and what became of it."""

from typing import Any, BinaryIO, cast

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.access import may_manage_event, may_record_scores
from apps.events.api.fields import read_query
from apps.events.api.import_serializers import (
    ImportInput,
    ImportOptionsInput,
    ImportReportSerializer,
    ImportSerializer,
    RejectionSerializer,
)
from apps.events.api.lookups import find_event, require
from apps.events.api.pagination import NewestFirst, OldestFirst, PageQuery
from apps.events.api.uploads import CSVBodyParser, refuse_large_body
from apps.events.models import ImportBatch, ImportRejection
from apps.events.services import submit_import
from apps.rest.openapi import problems


class ImportList(ListAPIView[ImportBatch]):
    """The imports of an event."""

    queryset = ImportBatch.objects.none()
    serializer_class = ImportSerializer
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser, CSVBodyParser)

    def get_queryset(self) -> QuerySet[ImportBatch]:
        event = find_event(self.request, self.kwargs["slug"])
        require(may_manage_event(self.request.user, event), self.request)
        read_query(PageQuery, self.request)
        return event.imports.select_related("event", "created_by")

    @extend_schema(
        tags=["imports"],
        summary="List imports",
        parameters=[PageQuery],
        responses={200: ImportSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For the event's owner and staff. The newest first."""
        return self.list(request)

    @extend_schema(
        tags=["imports"],
        summary="Import a CSV file",
        parameters=[ImportOptionsInput],
        request={"multipart/form-data": ImportInput, "text/csv": OpenApiTypes.BINARY},
        responses={202: ImportSerializer, **problems(403, 409, 422)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner and staff, while it is open (a dry run: in draft, too).

        The file is the body, with the options as query parameters; or it is the field `file` of a form, with the
        options as fields or parameters. It is read by a worker: the import's address tells how far it is and what was
        rejected.
        """
        event = find_event(request, slug)
        by = require(may_manage_event(request.user, event), request)
        refuse_large_body(request)
        options = read_upload(request)
        upload = options.pop("file")
        batch = submit_import(
            event.pk,
            content=cast("BinaryIO", upload),
            by=by,
            file_name=upload.name or "",
            **options,
        )
        document = ImportSerializer(batch, context={"request": request}).data
        return Response(document, status.HTTP_202_ACCEPTED, headers={"Location": document["url"]})


def read_upload(request: Request) -> dict[str, Any]:
    """The file and the options of a request, be they parameters or fields. Raises ValidationError."""
    body = request.data
    fields: dict[str, Any] = body.dict() if isinstance(body, QueryDict) else dict(body)
    serializer = ImportInput(data={**request.query_params.dict(), **fields})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class ImportDetail(APIView):
    """One import."""

    @extend_schema(
        tags=["imports"],
        summary="Show an import",
        responses={200: ImportReportSerializer, **problems(403)},
    )
    def get(self, request: Request, import_id: int) -> Response:
        """For the event's owner and staff. `bytes_read` of `file_size` is how far it is; a replacing file, whose state
        is first `checking`, is read twice.
        """
        batch = find_import(request, import_id)
        return Response(ImportReportSerializer(batch, context={"request": request}).data)


class RejectionList(ListAPIView[ImportRejection]):
    """The rejected rows of an import."""

    queryset = ImportRejection.objects.none()
    serializer_class = RejectionSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[ImportRejection]:
        batch = find_import(self.request, self.kwargs["import_id"])
        read_query(PageQuery, self.request)
        return batch.rejections.all()

    @extend_schema(
        tags=["imports"],
        summary="List the rejected rows of an import",
        parameters=[PageQuery],
        responses={200: RejectionSerializer(many=True), **problems(403, 422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """For the event's owner and staff. In the order of the file's lines."""
        return self.list(request)


def find_import(request: Request, import_id: int) -> ImportBatch:
    """The import, if the user manages its event. Raises Missing for who does not even work on it."""
    require(request.user.is_authenticated, request)
    batch = ImportBatch.objects.select_related("event", "created_by").filter(pk=import_id).first()
    if batch is None or not may_record_scores(request.user, batch.event):
        raise Missing(f"there is no import {import_id}")
    require(may_manage_event(request.user, batch.event), request)
    return batch
