"""Events: their fields, their history, their ranking."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from apps.errors import Refused
from apps.events.admin.base import ReadOnlyInline, adopt, changed_fields
from apps.events.admin.event_buttons import EventButtons, redirect_to_event
from apps.events.models import Entry, Event, EventTransition, Ranking, Thinning
from apps.events.services import change_event, create_event, delete_event

SHOWN_FIELDS = ("state", "ranking", "input_version", "ranked_version", "thawed_at")
# What goes to the services. Scorers do not: no ranking depends on them, and the form saves them itself.
SERVICE_FIELDS = ("name", "slug", "visibility", "starts_at", "ends_at", "freeze_at", "owner", "rules")
EDITED_FIELDS = (*SERVICE_FIELDS, "scorers")


class TransitionInline(ReadOnlyInline):
    """The history of an event's states."""

    model = EventTransition
    fields = ("from_state", "to_state", "at", "by", "reason")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventTransition]:
        return super().get_queryset(request).select_related("by")


class ThinningInline(ReadOnlyInline):
    """What was removed of the event's provisional revisions."""

    model = Thinning
    fields = ("at", "who", "reason", "before", "every", "revisions", "octets")
    readonly_fields = fields


@admin.register(Event)
class EventAdmin(EventButtons):
    list_display = ["name", "slug", "state", "visibility", "starts_at", "owner", "ranking"]
    list_filter = ["state", "visibility"]
    list_select_related = ["owner", "current_ranking"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["owner", "scorers"]
    inlines = [TransitionInline, ThinningInline]
    actions = ["generate_rankings"]

    def get_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        return EDITED_FIELDS if obj is None else (*SHOWN_FIELDS, *EDITED_FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = [] if obj.state == Event.State.DRAFT else ["rules"]
        if obj.state not in (Event.State.DRAFT, Event.State.OPEN) or obj.thawed_at:
            fixed.append("freeze_at")
        return (*SHOWN_FIELDS, *fixed)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Event | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    @admin.display(empty_value="-")
    def ranking(self, event: Event) -> str | None:
        """The current revision (a live one if the public sees another), and whether there is newer input."""
        if event.current_ranking is None:
            return None
        url = reverse("admin:events_ranking_change", args=[event.current_ranking.pk])
        note = "" if event.ranked_version == event.input_version else " (there is newer input)"
        variant = "live " if event.current_ranking.variant == Ranking.Variant.LIVE else ""
        return format_html('<a href="{}">{}{}</a>{}', url, variant, event.current_ranking, note)

    @admin.action(description="Generate the ranking now")
    def generate_rankings(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        for event in queryset:
            self.ask_for_ranking(request, event)

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        changes = changed_fields(form, SERVICE_FIELDS)
        if not change:
            adopt(obj, create_event(**changes))
        elif changes:
            by = request.user if isinstance(request.user, User) else None
            adopt(obj, change_event(obj.pk, changes=changes, by=by))

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return obj is not None and obj.state == Event.State.DRAFT and self.has_change_permission(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        # Django's own answer loads every row that goes with the event, to name it.
        counts = {"entries": Entry.objects.filter(event__in=objs).count()}
        return [str(event) for event in objs], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Event) -> None:
        delete_event(obj.pk)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect_to_event(int(object_id))
