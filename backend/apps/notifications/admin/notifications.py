"""Who was told what."""

from django.contrib import admin

from apps.notifications.admin.preview import PreviewPages
from apps.notifications.messages import make_messages
from apps.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(PreviewPages):
    list_display = ["recipient", "announcement", "role", "in_inbox", "created_at", "read_at"]
    list_select_related = ["recipient", "announcement"]
    list_filter = ["announcement__kind"]
    search_fields = ["=recipient__username", "=announcement__event__slug"]
    search_help_text = "username, or slug of the event"
    ordering = ["-id"]
    fields = ["recipient", "announcement", "role", "in_inbox", "created_at", "read_at", "text"]

    @admin.display(description="what it says now")
    def text(self, notification: Notification) -> str:
        """As its recipient reads it."""
        return make_messages([notification])[0].text
