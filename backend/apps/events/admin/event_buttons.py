"""The buttons of an event's page: change its state with a reason, generate its ranking now, thaw it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.errors import Refused
from apps.events.access import may_manage_event
from apps.events.admin.base import StaffAdmin
from apps.events.models import Event
from apps.events.services import change_event_state, request_event_ranking, reveal_next, thaw_event
from apps.events.states import ACTIONS


class ReasonForm(forms.Form):
    """Why something is done; it stays in the history."""

    reason = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "autofocus": True}))


class EventButtons(StaffAdmin):
    """What can be done with an event beyond its form."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:event_id>/state/<str:action>/", view(self.change_state), name="events_event_state"),
            path("<int:event_id>/generate/", view(self.generate), name="events_event_generate"),
            path("<int:event_id>/thaw/", view(self.thaw), name="events_event_thaw"),
            path("<int:event_id>/reveal/", view(self.reveal), name="events_event_reveal"),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Event | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["state_actions"] = [
                action for action, (sources, _target) in ACTIONS.items() if obj.state in sources
            ]
            context["can_thaw"] = obj.is_frozen and obj.state in (Event.State.OPEN, Event.State.CLOSED)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def change_state(self, request: HttpRequest, event_id: int, action: str) -> HttpResponseBase:
        """Asks for the reason; once that is sent, changes the state."""
        event, user = _managed_event(request, event_id)
        if action not in ACTIONS:
            raise Http404(f"There is no action {action}.")
        form = ReasonForm(request.POST or None)
        if form.is_valid() and self._is_changed(request, event, action, form.cleaned_data["reason"], user):
            return redirect_to_event(event_id)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"{action.capitalize()} {event}",
            "opts": self.opts,
            "event": event,
            "action": action,
            "target": ACTIONS[action][1],
            "form": form,
        }
        return TemplateResponse(request, "admin/events/event/change_state.html", context)

    def _is_changed(self, request: HttpRequest, event: Event, action: str, reason: str, user: User) -> bool:
        try:
            changed = change_event_state(event.pk, action=action, by=user, reason=reason)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return False
        self.log_change(request, changed, f"{action}: {reason}" if reason else action)
        self.message_user(request, f"{changed} is {changed.state} now.", messages.SUCCESS)
        return True

    def generate(self, request: HttpRequest, event_id: int) -> HttpResponseBase:
        """Asks for the ranking at once."""
        event, _user = _managed_event(request, event_id)
        if request.method == "POST":
            self.ask_for_ranking(request, event)
        return redirect_to_event(event_id)

    def thaw(self, request: HttpRequest, event_id: int) -> HttpResponseBase:
        """Shows the public at once all that the freeze has hidden."""
        event, user = _managed_event(request, event_id)
        if request.method == "POST":
            try:
                thaw_event(event.pk, by=user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.log_change(request, event, "thawed")
                self.message_user(request, f"{event} is thawed.", messages.SUCCESS)
        return redirect_to_event(event_id)

    def reveal(self, request: HttpRequest, event_id: int) -> HttpResponseBase:
        """Shows the public the next step of the thaw."""
        event, user = _managed_event(request, event_id)
        if request.method == "POST":
            try:
                thaw = reveal_next(event.pk, by=user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                shown = ", ".join(f"{one.bib} {one.name} {one.component}".strip() for one in thaw.revealed)
                self.log_change(request, event, f"revealed: {shown or 'nothing was pending'}")
                thawed = " Nothing is pending any more: it is thawed." if thaw.is_thawed else ""
                self.message_user(request, f"Revealed: {shown or 'nothing was pending'}.{thawed}", messages.SUCCESS)
        return redirect_to_event(event_id)

    def ask_for_ranking(self, request: HttpRequest, event: Event) -> None:
        """Asks for the ranking of an event and tells the user of its task."""
        try:
            task_id = request_event_ranking(event.pk)
        except Refused as refusal:
            self.message_user(request, f"{event}: {refusal}", messages.ERROR)
        else:
            self.message_user(request, f"{event}: the ranking was asked for, task {task_id}.", messages.SUCCESS)


def redirect_to_event(event_id: int) -> HttpResponseRedirect:
    """Back to the event's page in the admin."""
    return redirect("admin:events_event_change", event_id)


def _managed_event(request: HttpRequest, event_id: int) -> tuple[Event, User]:
    event = get_object_or_404(Event, pk=event_id)
    user = request.user
    if not isinstance(user, User) or not may_manage_event(user, event):
        raise PermissionDenied
    return event, user
