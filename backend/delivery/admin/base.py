"""What the pages of delivery share."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

# So many are listed on a page that asks; of more, it says how many.
LISTED = 50


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(widget=forms.TextInput(attrs={"size": 60, "autofocus": True}))


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs alone
    """To look at, never to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def ask(
        self, request: HttpRequest, form: forms.Form, rows: QuerySet[Any], title: str, note: str
    ) -> TemplateResponse:
        """The page on which an action asks what it has to know. What it sends comes to the same action, with the same
        choice: the rows that were ticked, or all that meet the filter, which stands in the address."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "note": note,
            "opts": self.opts,
            "rows": [self.describe(row) for row in rows[:LISTED]],
            "unlisted": max(rows.count() - LISTED, 0),
            "act": request.POST["action"],
            "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "is_filter": is_filter(request),
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/delivery/ask.html", context)

    def describe(self, row: Any) -> str:
        """A row on that page."""
        return str(row)


def is_filter(request: HttpRequest) -> bool:
    """Whether an action is for all rows that meet the filter, and not for those that were ticked."""
    return request.POST.get("select_across") == "1"
