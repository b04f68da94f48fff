"""The addresses of seasons, below /api/v1/. None ends with a slash."""

from django.urls import path

from apps.rankings.api.revisions import StandingsChanges, StandingsExport, StandingsRevisions
from apps.rankings.api.rulings import RulingList, RulingRevocation
from apps.rankings.api.seasons import SeasonDetail, SeasonEvents, SeasonList, SeasonRulesSchema
from apps.rankings.api.standings import SeasonAwards, SeasonStandings, StandingsParticipant

urlpatterns = [
    path("season-rules/schema", SeasonRulesSchema.as_view(), name="season-rules-schema"),
    path("seasons", SeasonList.as_view(), name="seasons"),
    path("seasons/<slug:slug>", SeasonDetail.as_view(), name="season"),
    path("seasons/<slug:slug>/events", SeasonEvents.as_view(), name="season-events"),
    path("seasons/<slug:slug>/rulings", RulingList.as_view(), name="rulings"),
    path("seasons/<slug:slug>/rulings/<int:ruling_id>/revoke", RulingRevocation.as_view(), name="revoke-ruling"),
    path("seasons/<slug:slug>/standings", SeasonStandings.as_view(), name="standings"),
    path("seasons/<slug:slug>/standings.csv", StandingsExport.as_view(), name="standings-export"),
    path(
        "seasons/<slug:slug>/standings/participants/<int:participant_id>",
        StandingsParticipant.as_view(),
        name="standings-participant",
    ),
    path("seasons/<slug:slug>/standings/changes", StandingsChanges.as_view(), name="standings-changes"),
    path("seasons/<slug:slug>/standings/revisions", StandingsRevisions.as_view(), name="standings-revisions"),
    path("seasons/<slug:slug>/awards", SeasonAwards.as_view(), name="season-awards"),
]
