"""Who was told what."""

from django.contrib import admin

from apps.events.admin.base import ReadOnlyAdmin
from apps.notifications.messages import make_message
from apps.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["recipient", "kind", "event", "ranking", "created_at", "read_at"]
    list_select_related = ["recipient", "event", "ranking"]
    list_filter = ["kind"]
    search_fields = ["=recipient__username", "=event__slug"]
    search_help_text = "username, or slug of the event"
    ordering = ["-id"]
    fields = ["recipient", "kind", "event", "ranking", "created_at", "read_at", "text"]

    @admin.display(description="what it says now")
    def text(self, notification: Notification) -> str:
        """As its recipient reads it."""
        return make_message(notification).text
