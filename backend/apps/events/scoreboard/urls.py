"""The addresses of the public pages."""

from django.urls import path

from apps.events.scoreboard import views

app_name = "scoreboard"
urlpatterns = [
    path("", views.event_list, name="events"),
    path("events/<slug:slug>/", views.scoreboard, name="event"),
    # Not `str`: a bib may contain a slash.
    path("events/<slug:slug>/entries/<path:bib>", views.entry, name="entry"),
]
