"""The addresses of seasons, below /api/v1/. None ends with a slash."""

from django.urls import path

from apps.rankings.api import SeasonDetail, SeasonList, SeasonStandings

urlpatterns = [
    path("seasons", SeasonList.as_view(), name="seasons"),
    path("seasons/<slug:slug>", SeasonDetail.as_view(), name="season"),
    path("seasons/<slug:slug>/standings", SeasonStandings.as_view(), name="standings"),
]
