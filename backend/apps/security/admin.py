"""Who did what, to look at."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from apps.security.models import SecurityEvent


class RecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs alone
    """For who has Django's permission to view it: it tells of staff, too. Nobody changes or deletes it."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SecurityEvent)
class SecurityEventAdmin(RecordAdmin):
    """Log-ins, tokens, webhooks."""

    list_display = ["at", "username", "kind", "address", "what"]
    list_filter = ["kind", "at"]
    search_fields = ["username", "address", "what"]


@admin.register(LogEntry)
class LogEntryAdmin(RecordAdmin):
    """What was changed by the admin: Django's own record, permissions of users and groups included."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag", "get_change_message"]
    list_filter = ["action_flag", "content_type", "action_time"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__username", "object_repr", "change_message"]
