"""The addresses of the public pages of seasons."""

from django.urls import path

from apps.rankings.season_pages import views

app_name = "standings"
urlpatterns = [
    path("", views.season_list, name="seasons"),
    path("<slug:slug>/", views.standings, name="season"),
    path("<slug:slug>/revisions/", views.revisions, name="revisions"),
    path("<slug:slug>/revisions/<int:revision>/", views.standings, name="revision"),
    path("<slug:slug>/revisions/<int:before>/to/<int:after>/", views.changes, name="changes"),
]
