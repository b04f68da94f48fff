"""Replays of dead letters: to look at, and to stop with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from delivery.admin.base import ReadOnlyAdmin, ReasonForm
from delivery.dead_letter_text import count_of, describe_replay
from delivery.dead_letters import ActRefused
from delivery.models import DeadLetter, Replay
from delivery.replays import stop_replay

REPLAYED = Q(act__letters__state=DeadLetter.State.REPLAYED)


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    list_display = ["id", "state", "replayed", "chosen", "per_second", "outcome", "at", "who", "reason", "selector"]
    list_filter = ["state"]
    search_fields = ["act__who", "act__reason", "=canary"]
    actions = ["stop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Replay]:
        replays: QuerySet[Replay] = super().get_queryset(request).select_related("act")
        return replays.annotate(replayed=Count("act__letters", filter=REPLAYED))

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Stopping is the one change of a replay."""
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.display
    def replayed(self, replay: Any) -> int:
        return int(replay.replayed)

    @admin.display
    def chosen(self, replay: Replay) -> int:
        return replay.act.count

    @admin.display(ordering="act__at")
    def at(self, replay: Replay) -> Any:
        return replay.act.at

    @admin.display
    def who(self, replay: Replay) -> str:
        return replay.act.who

    @admin.display
    def reason(self, replay: Replay) -> str:
        return replay.act.reason

    @admin.display
    def selector(self, replay: Replay) -> Any:
        return replay.act.selector

    @admin.action(description="Stop selected replays", permissions=["stop"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Replay]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, none of them goes on."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            note = "The dead letters that they have not come to wait as before."
            return self.ask(request, form, queryset, "Stop replays", note)
        for replay in queryset.order_by("id"):
            self._stop(request, replay, form.cleaned_data["reason"])
        return None

    def _stop(self, request: HttpRequest, replay: Replay, reason: str) -> None:
        try:
            count = stop_replay(replay.pk, who=request.user.get_username(), reason=reason)
        except ActRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, f"{replay}: stopped; not replayed: {count_of(count)}", messages.SUCCESS)

    def describe(self, row: Replay) -> str:
        return describe_replay(row)
