"""What goes in and out about events."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.events.access import may_manage_event
from apps.events.api.fields import StrictSerializer
from apps.events.api.pagination import PageQuery
from apps.events.models import Event, EventTransition
from apps.events.rules import Rules, parse_rules

USERNAME = serializers.CharField(max_length=150)


@extend_schema_field(Rules)  # type: ignore[arg-type]  # an extension of drf-spectacular reads pydantic models
class RulesField(serializers.DictField):
    """The rules of an event. What they may say is checked by the service."""

    def to_representation(self, value: Any) -> Any:
        # With the defaults that were not written, as they are in force.
        return parse_rules(value).model_dump(mode="json")


class EventSerializer(serializers.Serializer[Event]):
    """An event as anybody sees it."""

    slug = serializers.SlugField(read_only=True)
    name = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(read_only=True, choices=Event.State.choices)
    visibility = serializers.ChoiceField(read_only=True, choices=Event.Visibility.choices)
    starts_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ends_at = serializers.DateTimeField(read_only=True, allow_null=True)
    freeze_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="scores achieved from then on are pending until the thaw"
    )
    thawed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    rules = RulesField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class EventDetailSerializer(EventSerializer):
    """An event with what only those see who manage it. The context holds the `user` who looks."""

    scorers = serializers.SerializerMethodField(
        help_text="usernames of those who may record scores; null for those who do not manage the event"
    )

    def get_scorers(self, event: Event) -> list[str] | None:
        if not may_manage_event(self.context["user"], event):
            return None
        return list(event.scorers.order_by("username").values_list("username", flat=True))


class EventQuery(PageQuery):
    state = serializers.ChoiceField(required=False, choices=Event.State.choices)


class EventInput(StrictSerializer):
    """A new event."""

    slug = serializers.SlugField(max_length=80)
    name = serializers.CharField(max_length=200)
    rules = RulesField()
    visibility = serializers.ChoiceField(required=False, choices=Event.Visibility.choices)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    freeze_at = serializers.DateTimeField(required=False, allow_null=True, help_text="between start and end")


class EventChanges(StrictSerializer):
    """What of an event can change. Its rules only while it is a draft."""

    name = serializers.CharField(max_length=200)
    visibility = serializers.ChoiceField(choices=Event.Visibility.choices)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    freeze_at = serializers.DateTimeField(
        allow_null=True, help_text="only in draft or open; later or null shows what was hidden until then"
    )
    rules = RulesField()
    scorers = serializers.ListField(child=USERNAME, max_length=1000, help_text="usernames, all of them")


class ActionInput(StrictSerializer):
    """Why an event changes its state."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class TransitionSerializer(serializers.Serializer[EventTransition]):
    """One change of an event's state, or of its freeze: then the state is the same."""

    from_state = serializers.ChoiceField(choices=Event.State.choices)
    to_state = serializers.ChoiceField(choices=Event.State.choices)
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    reason = serializers.CharField()
