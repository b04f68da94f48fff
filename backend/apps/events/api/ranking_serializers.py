"""What goes in and out about rankings."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import STANDINGS, STATUSES, DivisionField, StrictSerializer, WordField
from apps.events.api.pagination import MOST_ROWS, ROWS
from apps.events.models import Event, Ranking
from apps.events.ranking_lines import Line

MOST_NEIGHBOURS = 100


class BoardQuery(StrictSerializer):
    """Which board of which ranking."""

    division = DivisionField(required=False, help_text="as in `sex:F`; `overall` unless given")
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="the current one unless given"
    )


class RankingQuery(BoardQuery):
    limit = serializers.IntegerField(default=ROWS, min_value=1, max_value=MOST_ROWS)
    cursor = serializers.CharField(required=False, max_length=200, help_text="from `next` of another page")


class TopQuery(BoardQuery):
    limit = serializers.IntegerField(default=10, min_value=1, max_value=MOST_ROWS)


class AroundQuery(BoardQuery):
    n = serializers.IntegerField(
        default=5, min_value=1, max_value=MOST_NEIGHBOURS, help_text="how many lines before and after"
    )


class RevisionQuery(StrictSerializer):
    """Which ranking."""

    revision = BoardQuery().fields["revision"]


class RankingLineSerializer(serializers.Serializer[Line]):
    """One line of a ranking."""

    rank = serializers.IntegerField(allow_null=True, help_text="null for those without a rank")
    shown_rank = serializers.CharField(help_text="as on a scoreboard: `3=` where others share it")
    position = serializers.IntegerField(help_text="of the line, from 1; ties too have their own")
    bib = serializers.CharField()
    name = serializers.CharField()
    divisions = serializers.DictField(child=serializers.CharField())
    score = serializers.IntegerField(allow_null=True, help_text="in the smallest unit")
    score_text = serializers.CharField()
    status = WordField(STATUSES)
    standing = WordField(STANDINGS)


class RankingHeadSerializer(serializers.Serializer[dict[str, Any]]):
    """What a ranking is; all null while an event has none."""

    event = serializers.SlugField()
    state = serializers.ChoiceField(choices=Event.State.choices)
    official = serializers.BooleanField(help_text="the published result; else it is provisional, or an earlier one")
    revision = serializers.IntegerField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True, help_text="equal for equal rankings")


class BoardSerializer(RankingHeadSerializer):
    """A board, or a part of it. Lines of entries that are not shown any more are left out."""

    division = serializers.CharField()
    total = serializers.IntegerField(help_text="lines of the whole board")
    ranked = serializers.IntegerField(help_text="those of them with a rank")
    rows = RankingLineSerializer(many=True)


class BoardPageSerializer(BoardSerializer):
    """A page of a board."""

    next = serializers.URLField(allow_null=True, help_text="the next page of the same revision")


class RankingPlaceSerializer(serializers.Serializer[dict[str, Any]]):
    """An entry's place in one division."""

    division = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    shown_rank = serializers.CharField()
    position = serializers.IntegerField()
    total = serializers.IntegerField()
    ranked = serializers.IntegerField()


class PlacesSerializer(RankingHeadSerializer):
    """An entry's places: overall first, then in each of its divisions."""

    entry = RankingLineSerializer(help_text="its line in the overall ranking")
    places = RankingPlaceSerializer(many=True)


class RevisionSerializer(serializers.Serializer[Ranking]):
    """A ranking as it once was computed."""

    revision = serializers.IntegerField()
    computed_at = serializers.DateTimeField()
    content_hash = serializers.CharField()
    input_version = serializers.IntegerField(help_text="of the event's entries and scores")
    duration_ms = serializers.IntegerField()


class RequestedSerializer(serializers.Serializer[dict[str, Any]]):
    """Work that was asked for."""

    task_id = serializers.UUIDField()
    url = serializers.URLField(help_text="tells what became of it")
