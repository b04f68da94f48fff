"""Imports and the rows that they rejected."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from apps.events.admin.base import ReadOnlyAdmin
from apps.events.models import ImportBatch

REJECTIONS_PER_PAGE = 100


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["id", "event", "file_name", "state", "received", "accepted", "updated", "unchanged", "rejected"]
    list_select_related = ["event"]
    list_filter = ["state", "mode", "dry_run"]
    search_fields = ["file_name", "=event__slug"]
    search_help_text = "name of the file, or slug of the event"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ImportBatch | None = None,
    ) -> HttpResponse:
        if obj is not None:
            # A page at a time: a file may have as many wrong rows as rows.
            paginator = Paginator(obj.rejections.all(), REJECTIONS_PER_PAGE)
            context["rejections"] = paginator.get_page(request.GET.get("page"))
        return super().render_change_form(request, context, add, change, form_url, obj)
