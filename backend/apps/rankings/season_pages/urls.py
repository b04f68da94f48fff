"""The addresses of the public pages of seasons."""

from django.urls import path

from apps.rankings.season_pages import views

app_name = "standings"
urlpatterns = [
    path("", views.season_list, name="seasons"),
    path("<slug:slug>/", views.standings, name="season"),
]
