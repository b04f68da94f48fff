"""What goes in and out about the revisions of standings."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import DivisionField, StrictSerializer
from apps.rankings.api.standings_serializers import TOTAL_HELP
from apps.rankings.comparison import Move, Place
from apps.rankings.wording import CauseView


class ChangesQuery(StrictSerializer):
    """Which revisions are compared."""

    before = serializers.IntegerField(min_value=1)
    after = serializers.IntegerField(required=False, min_value=1, help_text="the current one unless told")
    division = DivisionField(required=False, help_text="as in `sex:F`; overall unless told")


class CauseSerializer(serializers.Serializer[CauseView]):
    """Something that led to a revision."""

    cause = serializers.CharField()
    event = serializers.CharField(source="event.slug", default=None, allow_null=True)
    participant = serializers.CharField(help_text="the name; empty where none is concerned")
    reason = serializers.CharField()
    text = serializers.CharField()


class StandingsRevisionSerializer(serializers.Serializer[Any]):
    """Standings as they once were computed."""

    revision = serializers.IntegerField()
    computed_at = serializers.DateTimeField()
    content_hash = serializers.CharField()
    causes = CauseSerializer(many=True, help_text="what led to it, as far as you may see it")


class PlaceSerializer(serializers.Serializer[Place]):
    """Where a participant stood."""

    rank = serializers.IntegerField(allow_null=True)
    total = serializers.CharField(help_text=TOTAL_HELP)


class MoveSerializer(serializers.Serializer[Move]):
    """A participant whose rank or total differs."""

    participant = serializers.IntegerField(source="participant_id")
    name = serializers.CharField()
    before = PlaceSerializer(allow_null=True)
    after = PlaceSerializer(allow_null=True)


class ChangesSerializer(serializers.Serializer[dict[str, Any]]):
    """What differs between two revisions on one board."""

    season = serializers.SlugField()
    division = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    causes = CauseSerializer(many=True, help_text="of all revisions in between, the oldest first")
    moves = MoveSerializer(many=True)
