"""Revisions of rankings."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from apps.events import pages
from apps.events.admin.base import ReadOnlyAdmin
from apps.events.models import Ranking


@admin.register(Ranking)
class RankingAdmin(ReadOnlyAdmin):
    list_display = ["event", "variant", "revision", "computed_at", "duration_ms", "input_version"]
    list_select_related = ["event"]
    search_fields = ["event__name", "=event__slug"]
    ordering = ["-id"]
    fields = [
        "event",
        "variant",
        "revision",
        "computed_at",
        "duration_ms",
        "input_version",
        "content_hash",
        "reason",
        "rules",
        "rows",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ranking]:
        return super().get_queryset(request).defer("boards", "rules")

    @admin.display(description="rows of each board")
    def rows(self, ranking: Ranking) -> str:
        """The boards with their sizes."""
        boards = ((key, pages.row_count(ranking, key)) for key in pages.board_keys(ranking))
        return format_html_join("", "{}: {}<br>", boards)
