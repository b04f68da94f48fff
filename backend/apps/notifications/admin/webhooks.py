"""Endpoints of webhooks: whose they are, how they fare, and what staff may do with them."""

from datetime import datetime, timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.errors import Refused
from apps.events.admin.base import ReadOnlyAdmin
from apps.notifications.models import Delivery, WebhookEndpoint
from apps.notifications.services import change_webhook, rotate_webhook_secret

LATEST = 10
Endpoints = QuerySet[WebhookEndpoint]


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Changed by their owners; staff switch them on and off, and rotate secrets."""

    list_display = ["url", "owner", "is_active", "health", "inactive_reason", "created_at"]
    list_filter = ["is_active", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner", "lane"]
    search_fields = ["=owner__username", "url"]
    search_help_text = "username, or a part of the URL"
    ordering = ["-id"]
    actions = ["activate", "deactivate", "rotate", "end_old_secret"]
    fields = [
        *("url", "owner", "description", "kinds", "is_active", "inactive_reason", "health", "created_at", "deleted_at"),
        *("shown_secret", "old_secret_expires_at", "latest"),
    ]

    @admin.display(description="health")
    def health(self, endpoint: WebhookEndpoint) -> str:
        """Of its lane: since when it fails, and until when nothing is sent."""
        lane = endpoint.lane
        if not lane.failures:
            return "good"
        since = f"{lane.failures} failures in a row, since {_told(lane.failing_since)}"
        if lane.paused_until is not None and lane.paused_until > timezone.now():
            return f"{since}; paused until {_told(lane.paused_until)}"
        return since

    @admin.display(description="secret")
    def shown_secret(self, endpoint: WebhookEndpoint) -> str:
        """Enough to tell two of them apart."""
        return f"whsec_...{endpoint.secret[-5:]}"

    @admin.display(description="latest deliveries")
    def latest(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """What was sent there, and what was answered."""
        deliveries = Delivery.objects.filter(endpoint=endpoint).prefetch_related("attempts")[:LATEST]
        lines = [(one.uuid, one.state, "; ".join(str(each) for each in one.attempts.all())) for one in deliveries]
        return format_html_join(SafeString("<br>"), "{} {} ({})", lines) or "-"

    @admin.action(description="Activate, and try again at once")
    def activate(self, request: HttpRequest, chosen: Endpoints) -> None:
        """Whatever failed before."""
        self._switch(request, chosen, is_active=True)

    @admin.action(description="Deactivate")
    def deactivate(self, request: HttpRequest, chosen: Endpoints) -> None:
        """Nothing is sent until somebody activates them."""
        self._switch(request, chosen, is_active=False)

    @admin.action(description="Rotate the secret (the old one signs as well for a day)")
    def rotate(self, request: HttpRequest, chosen: Endpoints) -> TemplateResponse | None:
        """Shows the new secrets once."""
        return self._rotate(request, chosen, timedelta(days=1))

    @admin.action(description="Rotate the secret, and end the old one now (it leaked)")
    def end_old_secret(self, request: HttpRequest, chosen: Endpoints) -> TemplateResponse | None:
        """Shows the new secrets once."""
        return self._rotate(request, chosen, timedelta(0))

    def _switch(self, request: HttpRequest, chosen: Endpoints, *, is_active: bool) -> None:
        for endpoint in chosen:
            try:
                change_webhook(endpoint.pk, changes={"is_active": is_active})
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.log_change(request, endpoint, "activated" if is_active else "deactivated")

    def _rotate(self, request: HttpRequest, chosen: Endpoints, keep_old: timedelta) -> TemplateResponse | None:
        rotated = []
        for endpoint in chosen:
            try:
                rotated.append(rotate_webhook_secret(endpoint.pk, keep_old=keep_old))
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.log_change(request, endpoint, "secret rotated")
        if not rotated:
            return None
        # A page of its own, and no message: those go through a cookie.
        context = {
            **self.admin_site.each_context(request),
            "title": "New secrets",
            "opts": self.opts,
            "rotated": rotated,
        }
        return TemplateResponse(request, "admin/notifications/webhookendpoint/rotated.html", context)


def _told(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "-"
