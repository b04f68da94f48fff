"""Holds: to make, and to release with a reason. They are the record of themselves, so nobody edits or deletes them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from delivery.admin.base import ReadOnlyAdmin, ReasonForm
from delivery.holds import HoldRefused, check_hold, hold_work, release_hold, why_over
from delivery.models import Hold
from delivery.names import known_queues, known_task_names


def choices_of(names: list[str]) -> list[tuple[str, str]]:
    """For a field that may stay empty."""
    return [("", "---------"), *((name, name) for name in names)]


class HoldForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """What is held, until when, and why."""

    queue = forms.ChoiceField(choices=lambda: choices_of(known_queues()), required=False)
    task_name = forms.ChoiceField(choices=lambda: choices_of(known_task_names()), required=False, label="Task")

    class Meta:
        model = Hold
        fields = ("queue", "task_name", "argument", "value", "until", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("argument") and not self.data.get(self.add_prefix("value")):
            self.add_error("value", "an argument needs a value; null is one, too")
        if not self.errors:
            try:
                check_hold(Hold(**cleaned))
            except HoldRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return cleaned


class ActiveFilter(admin.SimpleListFilter):
    title = "in force"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "in force"), ("no", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Hold]) -> QuerySet[Hold]:
        active = Hold.objects.active()
        if self.value() == "yes":
            return queryset.filter(pk__in=active)
        return queryset.exclude(pk__in=active) if self.value() == "no" else queryset


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    form = HoldForm
    list_display = ["id", "__str__", "in_force", "until", "reason", "created_by", "created_at", "released_by"]
    list_filter = [ActiveFilter]
    search_fields = ["reason", "queue", "task_name", "argument"]
    actions = ["release_holds"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_release_permission(self, request: HttpRequest) -> bool:
        """Releasing is the one change of a hold."""
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.display(boolean=True)
    def in_force(self, hold: Hold) -> bool:
        return why_over(hold) is None

    def save_model(self, request: HttpRequest, obj: Hold, form: Any, change: bool) -> None:
        obj.pk = hold_work(**form.cleaned_data, who=request.user.get_username()).pk

    @admin.action(description="Release selected holds", permissions=["release"])
    def release_holds(self, request: HttpRequest, queryset: QuerySet[Hold]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, releases each."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            for hold in queryset.order_by("id"):
                self._release(request, hold, form.cleaned_data["reason"])
            return None
        note = "What these hold goes out in the order in which it was asked for, unless another hold keeps it."
        return self.ask(request, form, queryset, "Release holds", note)

    def _release(self, request: HttpRequest, hold: Hold, reason: str) -> None:
        try:
            release_hold(hold.pk, reason=reason, who=request.user.get_username())
        except HoldRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.log_change(request, hold, f"released: {reason}")
            self.message_user(request, f"{hold}: released.", messages.SUCCESS)
