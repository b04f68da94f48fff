"""Schedules in the admin: django-celery-beat's pages with the policy for missed slots, and the slots to look at."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask

from delivery.models import ScheduledSlot, ScheduleState
from delivery.outbox import enqueue
from delivery.schedules import BrokenSchedule, read_request

REQUEST_FIELDS = ("task", "args", "kwargs", "queue", "exchange", "routing_key", "priority", "headers")


class ScheduleForm(PeriodicTaskForm):  # type: ignore[misc] # untyped in the library
    """Refuses what a beat would call broken."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not self.errors:
            try:
                read_request(PeriodicTask(**{name: data.get(name) for name in REQUEST_FIELDS}))
            except BrokenSchedule as error:
                raise ValidationError(str(error)) from error
        return data


class ScheduleStateInline(admin.StackedInline):  # type: ignore[type-arg] # generic in the stubs alone
    model = ScheduleState
    verbose_name = "missed slots"
    can_delete = False
    readonly_fields = ["handled_until"]
    fields = ["missed", "handled_until"]


class ScheduleAdmin(PeriodicTaskAdmin):  # type: ignore[misc] # untyped in the library
    form = ScheduleForm
    inlines = [ScheduleStateInline]
    # The library's own page has a script within, which the Content-Security-Policy keeps from running. What it adds to
    # the choice of a crontab, its meaning in words, stands in a field of its own without it.
    change_form_template = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: Any = super().changelist_view(request, extra_context)
        if hasattr(response, "context_data"):
            # The library warns of every scheduler but its own.
            response.context_data["wrong_scheduler"] = False
        return response  # type: ignore[no-any-return] # rendered later

    @admin.action(description="Run selected tasks")
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """In place of the library's, which speaks to the broker while the request waits."""
        try:
            with transaction.atomic():
                for schedule in queryset:
                    asked = read_request(schedule)
                    enqueue(asked.task_name, asked.kwargs)
        except BrokenSchedule as error:
            self.message_user(request, f"nothing was enqueued: {schedule.name}: {error}", level="error")
        else:
            self.message_user(request, f"{len(queryset)} tasks were enqueued")


@admin.register(ScheduledSlot)
class ScheduledSlotAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs alone
    list_display = ["due_at", "schedule", "outcome", "created_at", "task_id"]
    list_filter = ["outcome", "schedule"]
    search_fields = ["=task_id"]
    list_select_related = ["schedule"]
    ordering = ["-id"]
    list_per_page = 50
    # Counting a table that only grows would take longer than showing its newest page.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ScheduledSlot | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ScheduledSlot | None = None) -> bool:
        # Nobody removes slots by hand, but with their schedule they may go.
        return request.resolver_match is not None and "periodictask" in str(request.resolver_match.url_name)


# Registered by the library's own module, which is imported above.
admin.site.unregister(PeriodicTask)
admin.site.register(PeriodicTask, ScheduleAdmin)
