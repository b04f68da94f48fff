"""What goes out about standings."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import DivisionField, StrictSerializer
from apps.events.api.pagination import MOST_ROWS, ROWS
from apps.events.models import Event
from apps.rankings.awards import BoardAwards
from apps.rankings.line_views import CellView, LineView, RulingView, TieBreak
from apps.rankings.wording import ruling_text, tie_text

TOTAL_HELP = "an exact decimal number, as text"


class RevisionQuery(StrictSerializer):
    """Which standings."""

    revision = serializers.IntegerField(required=False, min_value=1, help_text="the current one unless told")


class BoardQuery(RevisionQuery):
    """Which standings, and of which division."""

    division = DivisionField(required=False, help_text="as in `sex:F`; overall unless told")


class StandingsQuery(BoardQuery):
    """Which part of the standings."""

    limit = serializers.IntegerField(default=ROWS, min_value=1, max_value=MOST_ROWS)
    cursor = serializers.CharField(required=False, max_length=200, help_text="from `next` of another page")


class CountedEventSerializer(serializers.Serializer[Event]):
    """An event that counts."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Event.State.choices)
    starts_at = serializers.DateTimeField(allow_null=True)


class StandingsCellSerializer(serializers.Serializer[CellView]):
    """What a participant got in one event."""

    rank = serializers.IntegerField(allow_null=True, help_text="that gave the points")
    status = serializers.CharField(help_text="DNF, DNS, DSQ; empty for who has a rank")
    points = serializers.CharField(help_text=TOTAL_HELP)
    counted = serializers.BooleanField(help_text="false for what is dropped")


class TieBreakSerializer(serializers.Serializer[TieBreak]):
    """What sets a line apart from one with the same total."""

    by = serializers.SerializerMethodField(help_text="countback, most_events or latest_common")
    place = serializers.IntegerField(allow_null=True, help_text="of which one has more, by countback")
    event = serializers.CharField(source="event.slug", default=None, allow_null=True, help_text="the latest common one")
    text = serializers.SerializerMethodField()

    def get_by(self, tie: TieBreak) -> str:
        return tie.by.name.lower()

    def get_text(self, tie: TieBreak) -> str:
        return tie_text(tie)


class LineRulingSerializer(serializers.Serializer[RulingView]):
    """A ruling that this revision follows."""

    kind = serializers.CharField()
    points = serializers.CharField()
    reason = serializers.CharField()
    text = serializers.SerializerMethodField()

    def get_text(self, ruling: RulingView) -> str:
        return ruling_text(ruling)


class StandingsLineSerializer(serializers.Serializer[LineView]):
    """One line of the standings."""

    rank = serializers.IntegerField(allow_null=True)
    shown_rank = serializers.CharField(help_text="`3=` where others share it")
    position = serializers.IntegerField(help_text="of the line, from 1; ties too have their own")
    state = serializers.SerializerMethodField(help_text="ranked, too_few (events) or excluded")
    participant = serializers.IntegerField(source="participant_id")
    name = serializers.CharField()
    total = serializers.CharField(help_text=TOTAL_HELP)
    tie_break = TieBreakSerializer(allow_null=True)
    rulings = LineRulingSerializer(many=True)
    cells = serializers.ListField(
        child=StandingsCellSerializer(allow_null=True), help_text="one for each event; null where there is no result"
    )

    def get_state(self, line: LineView) -> str:
        return line.state.name.lower()


class HeadSerializer(serializers.Serializer[dict[str, Any]]):
    """Which standings these are. `revision` is null while there are none yet."""

    season = serializers.SlugField()
    revision = serializers.IntegerField(allow_null=True)
    is_current = serializers.BooleanField()
    is_final = serializers.BooleanField(help_text="no event of the season is still to come")
    computed_at = serializers.DateTimeField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True, help_text="equal for equal standings")


class StandingsSerializer(HeadSerializer):
    """A page of a board."""

    division = serializers.CharField()
    divisions = serializers.ListField(child=serializers.CharField(), help_text="the boards that there are")
    events = CountedEventSerializer(many=True, help_text="those that count, in the order of the cells")
    total = serializers.IntegerField(help_text="lines of the whole board")
    ranked = serializers.IntegerField(help_text="of these with a rank")
    rows = StandingsLineSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="the next page of the same revision")


class BoardLineSerializer(serializers.Serializer[dict[str, Any]]):
    """A participant's line of one board."""

    division = serializers.CharField()
    line = StandingsLineSerializer()


class StandingsParticipantSerializer(HeadSerializer):
    """Where a participant stands."""

    events = CountedEventSerializer(many=True, help_text="those that count, in the order of the cells")
    boards = BoardLineSerializer(many=True, help_text="overall first")


class SeasonBoardAwardsSerializer(serializers.Serializer[BoardAwards]):
    """The awards of a board."""

    division = serializers.CharField(source="board")
    champions = StandingsLineSerializer(many=True, help_text="more than one where the first rank is shared")
    podium = StandingsLineSerializer(many=True, help_text="ranks 1 to 3")


class SeasonAwardsSerializer(HeadSerializer):
    """The awards of a season; provisional until `is_final`."""

    boards = SeasonBoardAwardsSerializer(many=True, help_text="overall first")
