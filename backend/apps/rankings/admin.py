"""Seasons with their events, rulings on participants, and standings."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.events.admin.base import ReadOnlyAdmin, StaffAdmin, adopt, changed_fields, is_staff
from apps.rankings.models import Ruling, Season, SeasonEvent, Standings
from apps.rankings.points import format_points
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import change_season, create_season, revoke_ruling, rule_on_participant, set_season_events

FIELDS = ("name", "slug", "visibility", "owner", "rules")
TERMS = ("multiplier", "same_round", "breaks_ties")


class SeasonEventInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs alone
    """The events of a season; those with the lowest number come first."""

    model = SeasonEvent
    fields = ("order", "event", *TERMS)
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
            kept = sorted((row for row in rows if not row.get("DELETE")), key=lambda row: row["order"])
            events = [NewSeasonEvent(row["event"].pk, **{name: row[name] for name in TERMS}) for row in kept]
            set_season_events(form.instance.pk, events=events)
        # What Django's history says of a formset that saved itself.
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []


class RulingForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """A ruling as it is made. Points are written as people read them."""

    points = forms.DecimalField(required=False, decimal_places=2, help_text="of an adjustment; with a minus taken away")

    class Meta:
        model = Ruling
        fields = ["season", "participant", "kind", "points", "reason"]

    def clean_points(self) -> Decimal | None:
        """Without the model's own, which is in hundredths."""
        points: Decimal | None = self.cleaned_data["points"]
        return points

    def _post_clean(self) -> None:
        # The service checks it: the model's points are others than the form's.
        pass


@admin.register(Ruling)
class RulingAdmin(StaffAdmin):
    """Made once, then only revoked."""

    list_display = ["season", "kind", "participant", "shown_points", "reason", "by", "at", "revoked_at"]
    list_filter = ["kind"]
    list_select_related = ["season", "participant", "by"]
    search_fields = ["=season__slug", "participant__name", "reason"]
    autocomplete_fields = ["season", "participant"]

    @admin.display(description="points")
    def shown_points(self, ruling: Ruling) -> str:
        return format_points(ruling.points) if ruling.kind == Ruling.Kind.ADJUSTMENT else ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        made = ["season", "participant", "kind", "points", "reason"]
        if obj is None:
            return made
        return [*self.get_readonly_fields(request, obj), "revoke_reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["season", "participant", "kind", "shown_points", "reason", "by", "at", "revoked_at", "revoked_by"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **({} if obj else {"form": RulingForm}) | kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request) and (obj is None or obj.revoked_at is None)

    def save_model(self, request: HttpRequest, obj: Ruling, form: Any, change: bool) -> None:
        data, by = form.cleaned_data, _user(request)
        if change:
            adopt(obj, revoke_ruling(obj.season_id, ruling_id=obj.pk, reason=data["revoke_reason"], by=by))
            return
        ruling = rule_on_participant(
            data["season"].pk,
            participant_id=data["participant"].pk,
            kind=data["kind"],
            points=data["points"],
            reason=data["reason"],
            by=by,
        )
        adopt(obj, ruling)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@admin.register(Standings)
class StandingsAdmin(ReadOnlyAdmin):
    list_display = ["season", "revision", "computed_at", "row_count"]
    list_select_related = ["season"]
    search_fields = ["season__name", "=season__slug"]
    ordering = ["-id"]
    fields = ["season", "revision", "computed_at", "row_count", "event_ids", "rulings", "causes", "content_hash"]
