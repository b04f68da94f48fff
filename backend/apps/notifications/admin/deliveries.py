"""What is sent to whom, how it went, and sending again what was given up."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.events.admin.base import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin, is_staff
from apps.notifications.courier.redelivering import UNSENT
from apps.notifications.models import Delivery, DeliveryAttempt, Lane, Redelivery
from apps.notifications.services import change_lane, redeliver_unsent_messages


class ReasonForm(forms.Form):
    """Why it is sent again; it stays on record."""

    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 60, "autofocus": True}))


class AttemptInline(ReadOnlyInline):
    model = DeliveryAttempt
    fields = ("started_at", "duration_ms", "outcome", "answer")


class RedeliveryInline(ReadOnlyInline):
    model = Redelivery
    fields = ("at", "by", "reason")
    readonly_fields = fields


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """The dead letters of this house are those in the state failed."""

    list_display = [
        "id",
        "recipient",
        "announcement",
        "channel",
        "state",
        "reason",
        "attempt_count",
        "due_at",
        "sent_at",
    ]
    list_select_related = ["notification__recipient", "notification__announcement"]
    list_filter = ["state", "channel", "notification__announcement__kind", "lane"]
    search_fields = [
        "=notification__recipient__username",
        "=notification__recipient__email",
        "=notification__announcement__event__slug",
        "=notification__announcement__season__slug",
        "=notification__announcement__correlation_id",
    ]
    search_help_text = "username, e-mail address, slug of the event or season, or a correlation id"
    ordering = ["-id"]
    inlines = [AttemptInline, RedeliveryInline]
    actions = ["send_again"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "notification__announcement__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Sending again is the one thing to do with a delivery."""
        return is_staff(request)

    @admin.display(description="recipient")
    def recipient(self, delivery: Delivery) -> str:
        """Whom it is for."""
        return str(delivery.notification.recipient)

    @admin.display(description="what")
    def announcement(self, delivery: Delivery) -> str:
        """What is told."""
        return str(delivery.notification.announcement)

    @admin.action(description="Send again what was given up or skipped", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        """Asks for the reason; once that is sent, they wait to be sent again."""
        unsent = queryset.filter(state__in=UNSENT)
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, form, unsent)
        if not isinstance(request.user, User):
            raise PermissionDenied
        ids = list(unsent.values_list("pk", flat=True))
        count = redeliver_unsent_messages(ids, by=request.user, reason=form.cleaned_data["reason"])
        self.message_user(request, f"{count} wait to be sent again", messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, form: ReasonForm, unsent: QuerySet[Delivery]) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Send {unsent.count()} again",
            "opts": self.opts,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/notifications/delivery/send_again.html", context)


@admin.register(Lane)
class LaneAdmin(StaffAdmin):
    """How fast each provider is served. Saving ends the rest of a lane that has failed."""

    list_display = ["channel", "provider", "rate_per_second", "failures", "failing_since", "paused_until"]
    list_filter = ["channel"]
    search_fields = ["provider"]
    fields = ["channel", "provider", "rate_per_second", "failures", "failing_since", "paused_until"]
    readonly_fields = ["channel", "provider", "failures", "failing_since", "paused_until"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Lane, form: Any, change: bool) -> None:
        change_lane(obj.pk, rate_per_second=form.cleaned_data["rate_per_second"])
