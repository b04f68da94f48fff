"""The addresses of events, below /api/v1/. None ends with a slash."""

from django.urls import path, register_converter

from apps.events.api.awards import EventAwards
from apps.events.api.bulk_scores import BulkScores
from apps.events.api.corrections import CorrectionList, ParticipantMerge, ScoreSupersede
from apps.events.api.differences import RankingDifference, RankingDifferenceExport
from apps.events.api.entries import EntryDetail, EntryList
from apps.events.api.events import EventAction, EventDetail, EventList, TransitionList
from apps.events.api.imports import ImportDetail, ImportList, RejectionList
from apps.events.api.lookups import ActionConverter, BibConverter, RevisionConverter
from apps.events.api.rankings import RankingAround, RankingExport, RankingPage, RankingPlaces, RankingTop
from apps.events.api.revisions import GenerateRanking, RevisionList
from apps.events.api.rules import RulesSchema
from apps.events.api.scores import ScoreList, ScoreVoid
from apps.events.api.thaw import RevealNext, ThawEvent

register_converter(BibConverter, "bib")
register_converter(ActionConverter, "action")
register_converter(RevisionConverter, "revision")

urlpatterns = [
    path("rules/schema", RulesSchema.as_view(), name="rules-schema"),
    path("events", EventList.as_view(), name="events"),
    path("events/<slug:slug>", EventDetail.as_view(), name="event"),
    path("events/<slug:slug>/<action:action>", EventAction.as_view(), name="event-action"),
    path("events/<slug:slug>/thaw", ThawEvent.as_view(), name="thaw-event"),
    path("events/<slug:slug>/reveal", RevealNext.as_view(), name="reveal-next"),
    path("events/<slug:slug>/transitions", TransitionList.as_view(), name="transitions"),
    path("events/<slug:slug>/entries", EntryList.as_view(), name="entries"),
    path("events/<slug:slug>/entries/<bib:bib>", EntryDetail.as_view(), name="entry"),
    path("events/<slug:slug>/scores", ScoreList.as_view(), name="scores"),
    path("events/<slug:slug>/scores/bulk", BulkScores.as_view(), name="bulk-scores"),
    path("scores/<int:score_id>/void", ScoreVoid.as_view(), name="void-score"),
    path("scores/<int:score_id>/supersede", ScoreSupersede.as_view(), name="supersede-score"),
    path("events/<slug:slug>/corrections", CorrectionList.as_view(), name="corrections"),
    path("participants/<int:participant_id>/merge", ParticipantMerge.as_view(), name="merge-participants"),
    path("events/<slug:slug>/imports", ImportList.as_view(), name="imports"),
    path("imports/<int:import_id>", ImportDetail.as_view(), name="import"),
    path("imports/<int:import_id>/rejections", RejectionList.as_view(), name="import-rejections"),
    path("events/<slug:slug>/ranking", RankingPage.as_view(), name="ranking"),
    path("events/<slug:slug>/ranking.csv", RankingExport.as_view(), name="ranking-export"),
    path("events/<slug:slug>/ranking/top", RankingTop.as_view(), name="ranking-top"),
    path("events/<slug:slug>/ranking/around/<bib:bib>", RankingAround.as_view(), name="ranking-around"),
    path("events/<slug:slug>/ranking/entries/<bib:bib>", RankingPlaces.as_view(), name="ranking-places"),
    path("events/<slug:slug>/awards", EventAwards.as_view(), name="awards"),
    path("events/<slug:slug>/ranking/generate", GenerateRanking.as_view(), name="generate-ranking"),
    path(
        "events/<slug:slug>/rankings/<revision:before>/difference/<revision:after>",
        RankingDifference.as_view(),
        name="ranking-difference",
    ),
    path(
        "events/<slug:slug>/rankings/<revision:before>/difference/<revision:after>.csv",
        RankingDifferenceExport.as_view(),
        name="ranking-difference-export",
    ),
    path("events/<slug:slug>/rankings", RevisionList.as_view(), name="rankings"),
]
