"""Seasons with their events, and their standings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.events.admin.base import ReadOnlyAdmin, StaffAdmin, adopt, changed_fields, is_staff
from apps.rankings.models import Season, SeasonEvent, Standings
from apps.rankings.services import change_season, create_season, set_season_events

FIELDS = ("name", "slug", "visibility", "owner", "points")


class SeasonEventInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs alone
    """The events of a season; those with the lowest number come first."""

    model = SeasonEvent
    fields = ("order", "event")
    autocomplete_fields = ["event"]
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)


@admin.register(Season)
class SeasonAdmin(StaffAdmin):
    list_display = ["name", "slug", "visibility", "owner", "standings"]
    list_filter = ["visibility"]
    list_select_related = ["owner", "current_standings"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["owner"]
    fields = FIELDS
    inlines = [SeasonEventInline]

    @admin.display(empty_value="-")
    def standings(self, season: Season) -> str | None:
        """The current revision."""
        if season.current_standings is None:
            return None
        url = reverse("admin:rankings_standings_change", args=[season.current_standings.pk])
        return format_html('<a href="{}">{}</a>', url, season.current_standings)

    def save_model(self, request: HttpRequest, obj: Season, form: Any, change: bool) -> None:
        changes = changed_fields(form, FIELDS)
        if not change:
            adopt(obj, create_season(**changes))
        elif changes:
            adopt(obj, change_season(obj.pk, changes=changes))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.has_changed():
            rows = [one.cleaned_data for one in formset.forms if one.cleaned_data.get("event")]
            kept = [row for row in rows if not row.get("DELETE")]
            event_ids = [row["event"].pk for row in sorted(kept, key=lambda row: row["order"])]
            set_season_events(form.instance.pk, event_ids=event_ids)
        # What Django's history says of a formset that saved itself.
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []


@admin.register(Standings)
class StandingsAdmin(ReadOnlyAdmin):
    list_display = ["season", "revision", "computed_at", "row_count"]
    list_select_related = ["season"]
    search_fields = ["season__name", "=season__slug"]
    ordering = ["-id"]
    fields = ["season", "revision", "computed_at", "row_count", "event_ids", "content_hash"]
