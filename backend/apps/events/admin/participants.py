"""Participants: their names and accounts, and making one of two that are the same."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.errors import Refused
from apps.events.admin.base import StaffAdmin, adopt, changed_fields
from apps.events.corrections import LONGEST_REASON
from apps.events.models import Participant
from apps.events.services import change_participant, merge_participants

PARTICIPANT_FIELDS = ("name", "external_id", "user")


class _Choice(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs alone
    """Participants of the same name are told apart by their ids."""

    def label_from_instance(self, obj: Participant) -> str:
        return f"{obj} ({obj.pk}{f', {obj.external_id}' if obj.external_id else ''})"


class MergeForm(forms.Form):
    """Which of two participants stays, and why they are one."""

    field_order = ["keep", "reason"]
    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"size": 60}))

    def __init__(self, pair: list[Participant], data: Any = None) -> None:
        super().__init__(data)
        self.fields["keep"] = _Choice(
            Participant.objects.filter(pk__in=[one.pk for one in pair]), widget=forms.RadioSelect, empty_label=None
        )
        self.order_fields(self.field_order)


@admin.register(Participant)
class ParticipantAdmin(StaffAdmin):
    """A participant comes into being with an entry."""

    list_display = ["name", "owner", "external_id", "user", "merged_into"]
    list_select_related = ["owner", "user", "merged_into"]
    search_fields = ["name", "=external_id"]
    autocomplete_fields = ["user"]
    fields = ["owner", "merged_into", *PARTICIPANT_FIELDS]
    readonly_fields = ["owner", "merged_into"]
    actions = ["merge"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Participant, form: Any, change: bool) -> None:
        if changes := changed_fields(form, PARTICIPANT_FIELDS):
            adopt(obj, change_participant(obj.pk, changes=changes))

    @admin.action(description="Merge two selected participants", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Participant]) -> HttpResponse | None:
        """Asks who stays and why; once that is sent, makes one of them."""
        pair = list(queryset.order_by("pk")[:3])
        if len(pair) != 2:
            self.message_user(request, "Select the two participants that are the same.", messages.ERROR)
            return None
        form = MergeForm(pair, request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._merge(request, form.cleaned_data["keep"], pair, form.cleaned_data["reason"])
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Merge participants",
            "opts": self.opts,
            "pair": pair,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/events/participant/merge.html", context)

    def _merge(self, request: HttpRequest, keep: Participant, pair: list[Participant], reason: str) -> None:
        if not isinstance(request.user, User):
            raise PermissionDenied
        drop = next(one for one in pair if one != keep)
        try:
            merge_participants(keep.pk, drop_id=drop.pk, reason=reason, by=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.log_change(request, keep, f"merged with {drop.pk}: {reason}")
            self.message_user(request, f"{keep} has the entries of {drop} now.", messages.SUCCESS)
