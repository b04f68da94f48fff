"""Why an entry has its place, as a page."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from apps.events.explanation import explain_place
from apps.events.scoreboard.opened import open_event
from apps.events.scoreboard.responses import public_page
from apps.events.scoreboard.views import find_entry


@public_page
def why(request: HttpRequest, slug: str, bib: str) -> HttpResponseBase:
    """Why an entry has its place, in words.

    Made anew for everybody who asks: it tells every attempt, also one that changes no ranking, and so no tag.
    """
    opened = open_event(request, slug)
    entry = find_entry(opened.event, bib)
    ranking = opened.ranking
    if ranking is None:
        raise Http404("There is no ranking yet.")
    lines = list(explain_place(opened.event, ranking, entry))
    response = render(request, "events/why.html", opened.context() | {"entry": entry, "lines": lines})
    response["Cache-Control"] = "no-store"
    return response
