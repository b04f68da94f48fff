"""The trail of corrections, to look at."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.events.admin.base import ReadOnlyAdmin, ReadOnlyInline
from apps.events.models import Correction


def _told(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """What was corrected, when, by whom and why. Nobody edits or removes a line."""

    list_display = ["at", "event", "entry", "kind", "was", "now", "reason", "by"]
    list_select_related = ["event", "entry__participant", "by"]
    list_filter = ["kind"]
    search_fields = ["=entry__bib", "entry__participant__name", "=event__slug", "reason"]
    search_help_text = "bib, name, slug of the event, or reason"
    fields = ["event", "entry", "kind", "score", "was", "now", "reason", "by", "at", "input_version"]
    readonly_fields = ["was", "now"]

    @admin.display(description="from")
    def was(self, correction: Correction) -> str:
        """What was there."""
        return _told(correction.before)

    @admin.display(description="to")
    def now(self, correction: Correction) -> str:
        """What is there instead."""
        return _told(correction.after)


class CorrectionInline(ReadOnlyInline):
    """What was corrected of an entry."""

    model = Correction
    fields = ("at", "kind", "was", "now", "reason", "by")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        return super().get_queryset(request).select_related("by")

    @admin.display(description="from")
    def was(self, correction: Correction) -> str:
        """What was there."""
        return _told(correction.before)

    @admin.display(description="to")
    def now(self, correction: Correction) -> str:
        """What is there instead."""
        return _told(correction.after)
