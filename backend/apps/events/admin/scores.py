"""Scores: to look at, and to void or supersede with a reason."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.errors import Refused
from apps.events.admin.score_buttons import ScoreButtons
from apps.events.corrections import LONGEST_REASON
from apps.events.models import Score
from apps.events.rules import parse_rules
from apps.events.services import void_score
from apps.events.values import format_value

MOST_AT_ONCE = 200  # each is voided and recorded on its own


class VoidForm(forms.Form):
    """Why scores count no longer."""

    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"size": 60, "autofocus": True}))


@admin.register(Score)
class ScoreAdmin(ScoreButtons):
    list_display = [
        "entry",
        "event",
        "part",
        "attempt",
        "outcome",
        "result",
        "achieved_at",
        "recorded_by",
        "is_current",
        "void_reason",
    ]
    list_select_related = ["entry__participant", "event", "recorded_by"]
    list_filter = ["is_current", "outcome"]
    search_fields = ["=entry__bib", "entry__participant__name", "=event__slug"]
    search_help_text = "bib, name, or slug of the event"
    ordering = ["-id"]
    actions = ["void_scores"]

    @admin.display(ordering="value")
    def result(self, score: Score) -> str:
        """The value with its unit."""
        rules = parse_rules(score.event.rules)
        return format_value(score.value, rules.measure_of(rules.name_of(score.component)))

    @admin.display(ordering="component", empty_value="-")
    def part(self, score: Score) -> str | None:
        """The component or secondary measure."""
        return parse_rules(score.event.rules).name_of(score.component) or None

    @admin.action(description="Void selected scores", permissions=["view"])
    def void_scores(self, request: HttpRequest, queryset: QuerySet[Score]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, voids each."""
        scores = list(queryset.select_related(*self.list_select_related)[: MOST_AT_ONCE + 1])
        if len(scores) > MOST_AT_ONCE:
            self.message_user(request, f"At most {MOST_AT_ONCE} scores can be voided at once.", messages.ERROR)
            return None
        form = VoidForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._void(request, scores, form.cleaned_data["reason"])
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Void scores",
            "opts": self.opts,
            "scores": scores,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/events/score/void_scores.html", context)

    def _void(self, request: HttpRequest, scores: list[Score], reason: str) -> None:
        if not isinstance(request.user, User):
            raise PermissionDenied
        for score in scores:
            try:
                void_score(score.pk, reason=reason, by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{score.entry}, attempt {score.attempt}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, score, f"voided: {reason}")
                self.message_user(request, f"{score.entry}, attempt {score.attempt}: voided.", messages.SUCCESS)
