"""What goes in and out about seasons, their events and rulings."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.events.api.fields import StrictSerializer
from apps.events.models import Event
from apps.rankings.models import Ruling
from apps.rankings.points import format_points
from apps.rankings.rules import SeasonRules, parse_season_rules


@extend_schema_field(SeasonRules)  # type: ignore[arg-type]  # an extension of drf-spectacular reads pydantic models
class SeasonRulesField(serializers.DictField):
    """The rules of a season. What they may say is checked by the service."""

    def to_representation(self, value: Any) -> Any:
        # With the defaults that were not written, as they are in force.
        return parse_season_rules(value).model_dump(mode="json")


class SeasonSerializer(serializers.Serializer[Any]):
    """A season."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Event.Visibility.choices)
    rules = SeasonRulesField()
    created_at = serializers.DateTimeField()


class SeasonEventSerializer(serializers.Serializer[Any]):
    """An event of a season, and on what terms it counts."""

    slug = serializers.SlugField(source="event.slug")
    name = serializers.CharField(source="event.name")
    state = serializers.ChoiceField(source="event.state", choices=Event.State.choices)
    starts_at = serializers.DateTimeField(source="event.starts_at", allow_null=True)
    multiplier = serializers.SerializerMethodField(help_text="of the points: an exact decimal number, as text")
    same_round = serializers.BooleanField(help_text="one round with the event before it")
    breaks_ties = serializers.BooleanField(help_text="its places decide between equal totals")

    def get_multiplier(self, row: Any) -> str:
        return f"{row.multiplier.normalize():f}"


class SeasonDetailSerializer(SeasonSerializer):
    """A season with its events in order, those that the user may see."""

    events = SeasonEventSerializer(many=True)


class SeasonInput(StrictSerializer):
    """A new season."""

    slug = serializers.SlugField(max_length=80)
    name = serializers.CharField(max_length=200)
    rules = SeasonRulesField()
    visibility = serializers.ChoiceField(required=False, choices=Event.Visibility.choices)


class SeasonChanges(StrictSerializer):
    """What of a season can change."""

    name = serializers.CharField(max_length=200)
    rules = SeasonRulesField()
    visibility = serializers.ChoiceField(choices=Event.Visibility.choices)


class SeasonEventInput(StrictSerializer):
    """An event that is to count."""

    event = serializers.SlugField(help_text="the slug of an event that you manage")
    multiplier = serializers.DecimalField(
        required=False, max_digits=8, decimal_places=4, min_value=Decimal("0.0001"), max_value=Decimal(1000)
    )
    same_round = serializers.BooleanField(
        required=False, help_text="one round with the event before it: both count, or are dropped, together"
    )
    breaks_ties = serializers.BooleanField(
        required=False, help_text="whether its places decide between equal totals; those of a sprint may not"
    )


class SeasonEventsInput(StrictSerializer):
    """All events of a season, in order."""

    events = SeasonEventInput(many=True)


class RulingSerializer(serializers.Serializer[Ruling]):
    """An exclusion or an adjustment of a participant."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Ruling.Kind.choices)
    participant = serializers.IntegerField(source="participant_id")
    name = serializers.CharField(source="participant.name")
    points = serializers.SerializerMethodField(help_text="added to the total: an exact decimal number, as text")
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_by = serializers.CharField(source="revoked_by.username", default=None, allow_null=True)
    revoke_reason = serializers.CharField()

    def get_points(self, ruling: Ruling) -> str:
        return format_points(ruling.points)


class RulingInput(StrictSerializer):
    """A new ruling. An adjustment needs its points, an exclusion has none."""

    kind = serializers.ChoiceField(choices=Ruling.Kind.choices)
    participant = serializers.IntegerField(min_value=1, help_text="as in the lines of the standings")
    points = serializers.DecimalField(
        required=False, max_digits=9, decimal_places=2, help_text="added to the total; with a minus taken away"
    )
    reason = serializers.CharField(max_length=200)


class RevocationInput(StrictSerializer):
    """Why a ruling holds no longer."""

    reason = serializers.CharField(max_length=200)
