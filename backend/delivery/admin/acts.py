"""What operators did: to look at, never to change."""

from django.contrib import admin

from delivery.admin.base import ReadOnlyAdmin
from delivery.models import OperatorAct


@admin.register(OperatorAct)
class OperatorActAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "action", "selector", "count", "reason"]
    list_filter = ["action", "at"]
    search_fields = ["who", "reason"]
