"""The page behind the link at the end of an e-mail, and the one click of mail programs (RFC 8058)."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from apps.errors import Missing
from apps.notifications.messages import languages_of
from apps.notifications.models import Announcement
from apps.notifications.services import resubscribe, unsubscribe
from apps.notifications.unsubscribing import Subscription, has_left, has_left_all, read_token


# The token is what allows it: whoever has it may, and a mail program has no cookies.
@method_decorator([csrf_exempt, cache_control(no_store=True)], name="dispatch")
class UnsubscribeView(View):
    """GET only looks, since programs that scan e-mails follow every link; POST changes."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The page, with a button for each thing that can be done."""
        try:
            subscription = read_token(token)
        except Missing:
            return _unknown(request)
        return _page(request, subscription)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """One click of a mail program leaves the kind at once; a button of the page goes back to the page."""
        try:
            subscription = read_token(token)
        except Missing:
            return _unknown(request)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            unsubscribe(subscription)
            return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
        match request.POST.get("what"):
            case "leave":
                unsubscribe(subscription)
            case "leave_all":
                unsubscribe(subscription, every_kind=True)
            case "come_back":
                resubscribe(subscription)
            case _:
                return HttpResponse("what: leave, leave_all or come_back\n", "text/plain; charset=utf-8", 400)
        return HttpResponseRedirect(request.path, status=303)


def _page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    language = languages_of([subscription.user_id])[subscription.user_id]
    with translation.override(language):
        context = {
            "kind": Announcement.Kind(subscription.kind).label if subscription.kind else "",
            "has_left": has_left(subscription),
            "has_left_all": has_left_all(subscription),
        }
        return render(request, "notifications/unsubscribe/page.html", context)


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/unsubscribe/unknown.html", status=404)
