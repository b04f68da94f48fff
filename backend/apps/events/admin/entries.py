"""Entries."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import User
from django.http import HttpRequest

from apps.events.admin.base import StaffAdmin, adopt, changed_fields
from apps.events.admin.corrections import CorrectionInline
from apps.events.corrections import LONGEST_REASON
from apps.events.models import Entry, Participant
from apps.events.services import change_entry, register_entry

NEW_FIELDS = ("bib", "name", "external_id", "user", "divisions", "standing")
CHANGE_FIELDS = ("standing", "status", "status_reason", "adjustment", "adjustment_reason", "divisions", "manual_order")


class DivisionsField(forms.JSONField):
    """Divisions by dimension, as {"sex": "F"}."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            initial=dict,
            widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
            help_text='as {"sex": "F", "age": "F40"}',
        )

    def clean(self, value: Any) -> dict[str, str]:
        divisions = super().clean(value) or {}
        if not isinstance(divisions, dict) or not all(isinstance(name, str) for name in divisions.values()):
            raise forms.ValidationError('A JSON object of texts is expected, as {"sex": "F"}.')
        return divisions


class NewEntryForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """An entry with its participant."""

    name = forms.CharField(max_length=200)
    external_id = forms.CharField(
        max_length=100,
        required=False,
        help_text="the same external id is the same participant in all of the owner's events",
    )
    user = forms.ModelChoiceField(
        User.objects.all(),
        required=False,
        widget=AutocompleteSelect(Participant._meta.get_field("user"), admin.site),
        help_text="the account that is told about results",
    )
    divisions = DivisionsField()

    class Meta:
        model = Entry
        fields = ["event", "bib", "standing"]


class EntryForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """What can change of an entry."""

    divisions = DivisionsField()
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text="of the change; once results are published every change needs one",
    )

    class Meta:
        model = Entry
        fields = ["standing", "status", "status_reason", "adjustment", "adjustment_reason", "manual_order"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["divisions"] = self.instance.division_set.values


@admin.register(Entry)
class EntryAdmin(StaffAdmin):
    list_display = ["bib", "participant", "event", "division_set", "standing", "status", "adjustment"]
    list_select_related = ["participant", "event", "division_set"]
    list_filter = ["standing", "status"]
    search_fields = ["=bib", "participant__name", "=event__slug"]
    search_help_text = "bib, name, or slug of the event"
    autocomplete_fields = ["event"]
    inlines = [CorrectionInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **{**kwargs, "form": EntryForm if obj else NewEntryForm})

    def get_fields(self, request: HttpRequest, obj: Entry | None = None) -> tuple[str, ...]:
        return ("event", *NEW_FIELDS) if obj is None else ("event", "bib", "participant", *CHANGE_FIELDS, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Entry | None = None) -> list[str]:
        return [] if obj is None else ["event", "bib", "participant"]

    def save_model(self, request: HttpRequest, obj: Entry, form: Any, change: bool) -> None:
        if not change:
            event = form.cleaned_data["event"]
            adopt(obj, register_entry(event.pk, **changed_fields(form, NEW_FIELDS)))
        elif changes := changed_fields(form, CHANGE_FIELDS):
            by = request.user if isinstance(request.user, User) else None
            adopt(obj, change_entry(obj.pk, changes=changes, reason=form.cleaned_data["reason"], by=by))
