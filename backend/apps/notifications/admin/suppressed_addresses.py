"""Addresses to which nothing is sent, and the decision to send there again."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.errors import Refused
from apps.events.admin.base import ReadOnlyAdmin
from apps.notifications.models import SuppressedAddress
from apps.notifications.services import lift_suppression


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ReadOnlyAdmin):
    list_display = ["address", "reason", "at", "lifted_at", "lifted_by"]
    list_select_related = ["lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["address"]
    fields = ["address", "reason", "at", "lifted_at", "lifted_by"]
    actions = ["lift"]

    @admin.action(description="Send to these addresses again")
    def lift(self, request: HttpRequest, queryset: QuerySet[SuppressedAddress]) -> None:
        assert isinstance(request.user, User)  # noqa: S101 (staff alone come here)
        for row in queryset:
            try:
                lift_suppression(row.pk, by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{row.address}: {refusal.reason}", messages.ERROR)
            else:
                self.message_user(request, f"{row.address}: nothing is held back any more", messages.SUCCESS)
