"""What there was to tell, how far it is, and why somebody was told or not."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from apps.events.admin.base import ReadOnlyAdmin, is_staff
from apps.notifications import why
from apps.notifications.models import Announcement, Delivery

# The newest of what is found: a person is asked about one thing, not about a year.
MOST_REPORTS = 20


class WhyForm(forms.Form):
    """Whom and what the question is about."""

    who = forms.CharField(help_text="username, e-mail address, or the name or bib of a participant with an account")
    what = forms.CharField(required=False, help_text="slug of an event or season; empty: whatever was announced last")


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "event", "season", "key"]
    list_select_related = ["event", "season"]
    list_filter = ["kind", "created_at"]
    search_fields = ["=event__slug", "=season__slug", "=key", "=correlation_id"]
    search_help_text = "slug of the event or season, the key, or a correlation id"
    ordering = ["-id"]
    exclude = ["details"]
    readonly_fields = ["told", "sent", "details"]
    change_list_template = "admin/notifications/announcement/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.why)
        return [path("why/", view, name="notifications_announcement_why"), *super().get_urls()]

    @admin.display(description="people told")
    def told(self, announcement: Announcement) -> int:
        """How many are told."""
        return announcement.notifications.count()

    @admin.display(description="what is sent of it")
    def sent(self, announcement: Announcement) -> str:
        """How many deliveries are in which state, each with a link to them."""
        deliveries = Delivery.objects.filter(notification__announcement=announcement)
        of_channel = deliveries.values("channel", "state", "reason").annotate(n=Count("pk"))
        lines = [
            (
                reverse("admin:notifications_delivery_changelist"),
                f"notification__announcement__id__exact={announcement.pk}&channel={one['channel']}&state={one['state']}",
                f"{one['n']} {one['state']} by {one['channel']}",
                f": {one['reason']}" if one["reason"] else "",
            )
            for one in of_channel.order_by("channel", "state", "-n")[:50]
        ]
        return format_html_join("", '<div><a href="{}?{}">{}</a>{}</div>', lines) or "nothing"

    def why(self, request: HttpRequest) -> HttpResponse:
        """Asks for a person, and tells of each announcement what became of it for them."""
        if not is_staff(request):
            raise PermissionDenied
        form = WhyForm(request.GET if "who" in request.GET else None, initial=request.GET.dict())
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Why was somebody told, or not?",
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            context |= _answer(form.cleaned_data["who"].strip(), form.cleaned_data["what"].strip())
        return TemplateResponse(request, "admin/notifications/announcement/why.html", context)


def _answer(who: str, what: str) -> dict[str, Any]:
    people = list(why.find_people(who)[:10])
    if len(people) != 1:
        return {"asked": who, "people": people}
    (user,) = people
    announcements = _announcements(what, user.pk)
    return {
        "asked": who,
        "what": what,
        "person": user,
        "preferences": why.preferences_of(user),
        "endpoints": why.endpoints_of(user),
        "reports": [why.report(one, user) for one in announcements],
    }


def _announcements(what: str, user_id: int) -> QuerySet[Announcement]:
    """The newest first: of an event or season, or of whatever the user was told."""
    related = Announcement.objects.select_related("event", "season", "ranking", "ranking_before").order_by("-pk")
    if not what:
        return related.filter(notifications__recipient=user_id)[:MOST_REPORTS]
    of_event, of_season = related.filter(event__slug=what), related.filter(season__slug=what)
    return (of_event | of_season)[:MOST_REPORTS]
