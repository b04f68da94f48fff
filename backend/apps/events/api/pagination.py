"""Lists come page by page, each page with the address of the next."""

import re
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from apps.events.api.fields import StrictSerializer

MOST_ROWS = 1000
ROWS = 100


class PageQuery(StrictSerializer):
    """The query parameters of every list."""

    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ROWS, help_text=f"default {ROWS}")
    cursor = serializers.CharField(required=False, help_text="from `next` or `previous` of another page")


class NewestFirst(CursorPagination):
    """Pages that neither skip nor repeat rows when others are added meanwhile."""

    ordering = "-id"
    page_size = ROWS
    max_page_size = MOST_ROWS
    page_size_query_param = "limit"  # PageQuery has refused what is no such number

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise ValidationError({"cursor": ["This is no cursor of ours."]}) from None
        # The position is compared with a whole number, which the cursor of a stranger may not hold.
        if cursor and cursor.position is not None and not re.fullmatch(r"[0-9]{1,18}", str(cursor.position)):
            raise ValidationError({"cursor": ["This is no cursor of ours."]})
        return cursor


class OldestFirst(NewestFirst):
    """The same in the order of writing."""

    ordering = "id"


class NewestRevision(NewestFirst):
    """The newest revision first. Its cursors tell no row's number, which would count what is not public."""

    ordering = "-revision"
