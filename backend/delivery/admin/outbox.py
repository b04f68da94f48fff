"""The outbox in the admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from delivery.admin.base import ReadOnlyAdmin
from delivery.held import holders_of
from delivery.ledger import states_of
from delivery.models import OutboxMessage


class OutboxChangeList(ChangeList):
    """Reads the states of all tasks on the page at once, and which of them are held."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        states = states_of(self.result_list)
        holders = holders_of(OutboxMessage.objects.filter(pk__in=[message.pk for message in self.result_list]))
        for message in self.result_list:
            message.state = states[message.task_id]
            if message.state == "waiting" and message.pk in holders:
                message.state = f"waiting, hold {holders[message.pk].pk}"


class SentFilter(admin.SimpleListFilter):
    title = "sent"
    parameter_name = "sent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "waiting"), ("refused", "waiting, refused by the broker"), ("yes", "sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        if self.value() == "yes":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "no":
            return queryset.filter(sent_at__isnull=True)
        if self.value() == "refused":
            return queryset.filter(sent_at__isnull=True, failed_attempts__gt=0)
        return queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["id", "task_name", "kwargs", "state", "created_at", "not_before", "sent_at", "last_error"]
    list_filter = [SentFilter, "task_name", "created_at"]
    search_fields = ["=task_id", "=coalesce_key", "=correlation_id"]
    search_help_text = "an id of a task, the key by which messages coalesce, or a correlation id"
    ordering = ["-id"]
    list_per_page = 50
    # Counting a table that only grows would take longer than showing its newest page.
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OutboxChangeList]:
        return OutboxChangeList

    @admin.display
    def state(self, message: Any) -> str:
        return str(message.state)
