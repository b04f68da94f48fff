"""A page that shows what people will be told of an event, before anything is sent."""

from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator

from apps.errors import Refused
from apps.events.access import may_manage_event
from apps.events.admin.base import ReadOnlyAdmin
from apps.events.models import Event
from apps.notifications.models import Announcement
from apps.notifications.preview import PREVIEWED, count_audience, make_sample


class PreviewForm(forms.Form):
    """What is shown, and as whose."""

    kind = forms.ChoiceField(choices=[(kind, kind.label) for kind in map(Announcement.Kind, PREVIEWED)], required=False)
    bib = forms.CharField(required=False, help_text="empty: the first line with an account")


class PreviewPages(ReadOnlyAdmin):
    """Adds the page below the notifications; the page of an event has a link to it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/<int:event_id>/", view, name="notifications_event_preview"), *super().get_urls()]

    # An e-mail has its style within, and its frame takes over what the page around it may.
    @method_decorator(csp_update({"style-src-attr": [UNSAFE_INLINE]}))
    def preview(self, request: HttpRequest, event_id: int) -> HttpResponseBase:
        """In every language, with how many would be told."""
        event = get_object_or_404(Event, pk=event_id)
        if not may_manage_event(request.user, event):
            raise PermissionDenied
        form = PreviewForm({"kind": Announcement.Kind.RESULTS_PUBLISHED.value, **request.GET.dict()})
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"What people will be told of {event}",
            "opts": self.opts,
            "event": event,
            "form": form,
            **(_shown(event, **form.cleaned_data) if form.is_valid() else {}),
        }
        return TemplateResponse(request, "admin/notifications/preview.html", context)


def _shown(event: Event, kind: str, bib: str) -> dict[str, Any]:
    try:
        samples = [(name, make_sample(event, kind, language=code, bib=bib)) for code, name in settings.LANGUAGES]
        return {
            "sample": samples[0][1],
            "messages_shown": [(name, one.message, one.message.html()) for name, one in samples],
            "audience": count_audience(event, kind),
        }
    except Refused as refusal:
        return {"refusal": str(refusal)}
