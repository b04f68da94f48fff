"""Dead letters in the admin: to look at, to replay and to discard with a reason. They are the record of themselves."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from delivery.admin.base import ReadOnlyAdmin
from delivery.dead_letters import ActRefused, Selector, discard_dead_letters, replay_dead_letters
from delivery.models import DeadLetter


class DecisionForm(forms.Form):
    """Why, and for a replay at which pace."""

    reason = forms.CharField(widget=forms.TextInput(attrs={"size": 60, "autofocus": True}))
    per_second = forms.FloatField(required=False, min_value=0.001, help_text="so many a second; empty: all at once")


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ["id", "state", "task_name", "kwargs", "exception_type", "cause", "died_at", "fingerprint"]
    list_filter = ["state", "queue", "task_name", "exception_type", "cause"]
    search_fields = ["=task_id", "=fingerprint", "exception_message"]
    exclude = ["body"]
    list_per_page = 50
    show_full_result_count = False
    actions = ["replay", "discard"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        return super().get_queryset(request).defer("body")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Deciding is the one change of a dead letter."""
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Replay selected dead letters", permissions=["decide"])
    def replay(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> HttpResponse | None:
        """Asks for reason and pace; once that is sent, asks for the tasks anew."""

        def decide(selector: Selector, who: str, answer: dict[str, Any]) -> int:
            pace = answer["per_second"]
            return len(replay_dead_letters(selector, who=who, reason=answer["reason"], per_second=pace))

        return self._decide(request, queryset, "replay", decide)

    @admin.action(description="Discard selected dead letters", permissions=["decide"])
    def discard(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, they are never tried again."""

        def decide(selector: Selector, who: str, answer: dict[str, Any]) -> int:
            return discard_dead_letters(selector, who=who, reason=answer["reason"])

        return self._decide(request, queryset, "discard", decide)

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[DeadLetter],
        act: str,
        decide: Callable[[Selector, str, dict[str, Any]], int],
    ) -> HttpResponse | None:
        waiting = queryset.filter(state=DeadLetter.State.WAITING)
        form = DecisionForm(request.POST if "reason" in request.POST else None)
        if act == "discard":
            del form.fields["per_second"]
        if not form.is_valid():
            return self._ask(request, waiting, act, form)
        ids = tuple(waiting.values_list("pk", flat=True)) or (0,)  # none must not mean all
        try:
            count = decide(Selector(ids=ids), request.user.get_username(), form.cleaned_data)
        except ActRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, f"{act}: {count} dead letters.", messages.SUCCESS)
        return None

    def _ask(
        self, request: HttpRequest, waiting: QuerySet[DeadLetter], act: str, form: DecisionForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.capitalize()} {waiting.count()} dead letters",
            "opts": self.opts,
            "letters": waiting,
            "act": act,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/delivery/deadletter/decide.html", context)
