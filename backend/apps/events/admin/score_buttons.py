"""The button of a score's page: put another score in its place."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.errors import Refused
from apps.events.admin.base import ReadOnlyAdmin, is_staff
from apps.events.corrections import LONGEST_REASON
from apps.events.models import Score
from apps.events.services import supersede_score


class SupersedeForm(forms.Form):
    """What takes the place of a score. What is left empty stays as it was."""

    value = forms.CharField(required=False, max_length=40, help_text="as people write it: 1:02:03.5, 9.25, 7.42 m")
    outcome = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", "as it was"), *Score.Outcome.choices]
    )
    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"size": 60}))

    def changes(self) -> dict[str, Any]:
        """What of the score is to be another."""
        given = {name: self.cleaned_data[name] for name in ("value", "outcome")}
        return {name: value for name, value in given.items() if value not in ("", None)}


class ScoreButtons(ReadOnlyAdmin):
    """What can be done with a score."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = path("<int:score_id>/supersede/", view(self.supersede), name="events_score_supersede")
        return [own, *super().get_urls()]

    def supersede(self, request: HttpRequest, score_id: int) -> HttpResponseBase:
        """Asks for what takes its place and why; once that is sent, does it."""
        if not is_staff(request) or not isinstance(request.user, User):
            raise PermissionDenied
        score = get_object_or_404(Score.objects.select_related("entry__participant", "event"), pk=score_id)
        form = SupersedeForm(request.POST or None)
        if form.is_valid():
            try:
                new = supersede_score(
                    score.pk, changes=form.changes(), reason=form.cleaned_data["reason"], by=request.user
                )
            except Refused as refusal:
                form.add_error(refusal.place if refusal.place in form.fields else None, refusal.reason)
            else:
                self.log_change(request, score, f"superseded by {new.pk}: {form.cleaned_data['reason']}")
                self.message_user(request, f"{score.entry}, attempt {score.attempt}: superseded.", messages.SUCCESS)
                return redirect("admin:events_score_change", new.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Supersede score",
            "opts": self.opts,
            "score": score,
            "form": form,
        }
        return TemplateResponse(request, "admin/events/score/supersede.html", context)
