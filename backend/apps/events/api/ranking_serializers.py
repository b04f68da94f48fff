"""What goes in and out about rankings."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import STANDINGS, STATUSES, DivisionField, StrictSerializer, WordField
from apps.events.api.pagination import MOST_ROWS, ROWS, PageQuery
from apps.events.line_details import BrokenTie, DetailView
from apps.events.models import Event, Ranking
from apps.events.penalty_contest import Cell
from apps.events.ranking_lines import Line
from apps.events.revision_reasons import shown_reasons

MOST_NEIGHBOURS = 100


class BoardQuery(StrictSerializer):
    """Which board of which ranking."""

    division = DivisionField(required=False, help_text="as in `sex:F`; `overall` unless given")
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="the current one unless given"
    )
    variant = serializers.ChoiceField(
        required=False,
        choices=Ranking.Variant.choices,
        help_text="`live`: with what a freeze hides from the public, for those who work on the event",
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
    variant = BoardQuery().fields["variant"]


class RevisionListQuery(PageQuery):
    variant = BoardQuery().fields["variant"]


class BrokenTieSerializer(serializers.Serializer[BrokenTie]):
    """What told an entry from others with an equal result."""

    number = serializers.IntegerField(help_text="of the rules' tie-breakers, from 1: the last that was needed")
    by = serializers.CharField(help_text="its kind, as in the rules")
    text = serializers.CharField(help_text="in words")
    value = serializers.CharField(help_text="what it compared of this entry; empty if there is no such thing")


class CellSerializer(serializers.Serializer[Cell]):
    """What an entry did about one problem of a penalty contest."""

    solved = serializers.BooleanField()
    attempts = serializers.IntegerField(help_text="judged, up to and with the solution")
    pending = serializers.IntegerField(help_text="not judged, or not shown, yet")
    time = serializers.IntegerField(help_text="of the solution, in units of penalty; 0 if it is not solved")


class DetailSerializer(serializers.Serializer[DetailView]):
    """Something that a line tells beside its score."""

    text = serializers.CharField(help_text="as people read it")
    value = serializers.IntegerField(allow_null=True, help_text="in its smallest unit; null for a problem's cell")
    cell = CellSerializer(allow_null=True)


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
    tie_broken_by = BrokenTieSerializer(allow_null=True, help_text="null where no tie had to be broken")
    details = serializers.DictField(
        child=DetailSerializer(),
        help_text="by name: `pending`, `penalty`, each component and secondary measure, what tie-breakers compare",
    )


class RankingHeadSerializer(serializers.Serializer[dict[str, Any]]):
    """What a ranking is; all null while an event has none."""

    event = serializers.SlugField()
    state = serializers.ChoiceField(choices=Event.State.choices)
    official = serializers.BooleanField(help_text="the published result; else it is provisional, or an earlier one")
    freeze_at = serializers.DateTimeField(
        allow_null=True, help_text="the public sees scores achieved from then on as pending; null once they are shown"
    )
    variant = serializers.ChoiceField(
        choices=Ranking.Variant.choices, help_text="`live` for one that the public does not see"
    )
    revision = serializers.IntegerField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True, help_text="equal for equal rankings")


class BoardSerializer(RankingHeadSerializer):
    """A board, or a part of it. Lines of entries that are not shown any more are left out."""

    division = serializers.CharField()
    total = serializers.IntegerField(help_text="lines of the whole board")
    ranked = serializers.IntegerField(help_text="those of them with a rank")
    pending = serializers.IntegerField(help_text="scores of all its lines that are not judged, or not shown, yet")
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
    pending = serializers.IntegerField()


class PlacesSerializer(RankingHeadSerializer):
    """An entry's places: overall first, then in each of its divisions."""

    entry = RankingLineSerializer(help_text="its line in the overall ranking")
    places = RankingPlaceSerializer(many=True)


class RevisionSerializer(serializers.Serializer[Ranking]):
    """A ranking as it once was computed. The context holds the event's `hidden_reasons`."""

    revision = serializers.IntegerField()
    computed_at = serializers.DateTimeField()
    content_hash = serializers.CharField()
    input_version = serializers.IntegerField(
        allow_null=True,
        help_text="of the event's entries and scores; null for who does not work on the event: it counts all changes",
    )
    duration_ms = serializers.IntegerField(allow_null=True, help_text="null for who does not work on the event")
    reasons = serializers.SerializerMethodField(help_text="of the corrections that led from the number before it")

    def to_representation(self, instance: Ranking) -> Any:
        document = super().to_representation(instance)
        return document if self.context["works_on_it"] else {**document, "input_version": None, "duration_ms": None}

    def get_reasons(self, ranking: Ranking) -> list[str]:
        return shown_reasons(ranking, self.context["hidden_reasons"])


class RequestedSerializer(serializers.Serializer[dict[str, Any]]):
    """Work that was asked for."""

    task_id = serializers.UUIDField()
    url = serializers.URLField(help_text="tells what became of it")
