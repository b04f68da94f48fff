"""Dead letters in the admin: to look at, to replay and to discard with a reason. They are the record of themselves."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from delivery.admin.base import ReadOnlyAdmin, ReasonForm, is_filter
from delivery.dead_letter_text import count_of, describe_replay
from delivery.dead_letters import ActRefused, Choice, discard_dead_letters
from delivery.models import DeadLetter
from delivery.replays import FASTEST, SLOWEST, order_replay

Decide = Callable[[Choice, str, dict[str, Any]], str]
NOTES = {
    "replay": "Each is asked for anew as a task of its own, the oldest first.",
    "discard": "None of them is tried again. They stay as the record.",
}


class DecisionForm(ReasonForm):
    """Why. What died after the question was asked is not part of the answer."""

    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReplayForm(DecisionForm):
    """Why, whether one goes first, and at which pace."""

    with_canary = forms.BooleanField(
        required=False, initial=True, help_text="one goes first; if it dies again, the others wait as before"
    )
    per_second = forms.FloatField(
        required=False, min_value=SLOWEST, max_value=FASTEST, help_text="so many a second; empty: as fast as they go"
    )


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ["id", "state", "task_name", "kwargs", "exception_type", "cause", "died_at", "fingerprint"]
    list_filter = ["state", "queue", "task_name", "exception_type", "cause", "died_at", "fingerprint"]
    search_fields = ["=task_id", "=correlation_id", "=fingerprint", "exception_message", "kwargs"]
    search_help_text = (
        'an id of a task, a correlation id, a kind of failure, words of the exception, or "event_id": 42 in quotes'
    )
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
        """Asks for reason, canary and pace; once that is sent, asks for the tasks anew."""

        def decide(choice: Choice, who: str, answer: dict[str, Any]) -> str:
            return describe_replay(order_replay(choice, who=who, **answer))

        return self._decide(request, queryset, ReplayForm, decide)

    @admin.action(description="Discard selected dead letters", permissions=["decide"])
    def discard(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, they are never tried again."""

        def decide(choice: Choice, who: str, answer: dict[str, Any]) -> str:
            return f"discarded: {count_of(discard_dead_letters(choice, who=who, **answer))}"

        return self._decide(request, queryset, DecisionForm, decide)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[DeadLetter], form_class: type[DecisionForm], decide: Decide
    ) -> HttpResponse | None:
        act, choice = request.POST["action"], _choice(request, queryset)
        form = form_class(request.POST if "reason" in request.POST else None, initial={"newest": choice.newest()})
        if not form.is_valid():
            title = f"{act.capitalize()} {count_of(choice.letters.count())}"
            return self.ask(request, form, choice.letters, title, NOTES[act])
        if newest := form.cleaned_data.pop("newest"):
            choice = choice.up_to(newest)
        try:
            done = decide(choice, request.user.get_username(), form.cleaned_data)
        except ActRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return None

    def describe(self, row: DeadLetter) -> str:
        return f"{row.pk}: {row} {row.exception_type or row.cause}"


def _choice(request: HttpRequest, queryset: QuerySet[DeadLetter]) -> Choice:
    waiting = queryset.filter(state=DeadLetter.State.WAITING).order_by("id")
    if is_filter(request):
        return Choice(waiting, {"filter": request.GET.urlencode() or "all"})
    return Choice(waiting, {"ids": list(waiting.values_list("pk", flat=True))})
