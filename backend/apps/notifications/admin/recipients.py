"""How people want to be told. To look at: they choose it themselves."""

from django.contrib import admin

from apps.events.admin.base import ReadOnlyAdmin
from apps.notifications.models import Preference, RecipientSettings


@admin.register(RecipientSettings)
class RecipientSettingsAdmin(ReadOnlyAdmin):
    list_display = ["user", "language"]
    list_select_related = ["user"]
    list_filter = ["language"]
    search_fields = ["=user__username", "=user__email"]
    search_help_text = "username or e-mail address"
    ordering = ["user"]


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ["user", "of_kind", "channel", "is_on", "changed_at", "changed_by"]
    list_select_related = ["user"]
    list_filter = ["channel", "is_on", "kind"]
    search_fields = ["=user__username", "=user__email"]
    search_help_text = "username or e-mail address"
    ordering = ["-id"]

    @admin.display(description="kind", ordering="kind")
    def of_kind(self, preference: Preference) -> str:
        """The kind, or all those that have no row of their own."""
        return preference.kind or "every other"
