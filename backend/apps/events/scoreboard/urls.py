"""The addresses of the public pages."""

from django.urls import path

from apps.events.scoreboard import explanation_views, revision_views, views

app_name = "scoreboard"
urlpatterns = [
    path("", views.event_list, name="events"),
    path("events/<slug:slug>/", views.scoreboard, name="event"),
    path("events/<slug:slug>/revisions/", revision_views.revision_list, name="revisions"),
    path("events/<slug:slug>/revisions/<int:number>", revision_views.revision, name="revision"),
    path(
        "events/<slug:slug>/revisions/<int:before>/difference/<int:after>",
        revision_views.difference,
        name="difference",
    ),
    # Not `str`: a bib may contain a slash.
    path("events/<slug:slug>/entries/<path:bib>", views.entry, name="entry"),
    path("events/<slug:slug>/why/<path:bib>", explanation_views.why, name="why"),
]
