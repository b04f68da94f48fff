"""Webhooks and their deliveries as the API tells and takes them."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import StrictSerializer
from apps.events.api.pagination import PageQuery
from apps.notifications.models import Announcement, Delivery, DeliveryAttempt
from apps.notifications.webhooks.addresses import LONGEST_URL
from apps.notifications.webhooks.endpoints import KEEP_OLD_SECRET, LONGEST_OLD_SECRET
from apps.notifications.webhooks.requests import TYPES, message_id

HOUR = 3600


class WebhookSerializer(serializers.Serializer[Any]):
    """An endpoint, without its secret."""

    id = serializers.IntegerField(source="pk")
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(Announcement.Kind.choices), help_text="empty: all")
    is_active = serializers.BooleanField(help_text="false: nothing is sent")
    inactive_reason = serializers.CharField(help_text="why it is not active")
    old_secret_expires_at = serializers.DateTimeField(
        allow_null=True, help_text="until then the secret before signs as well"
    )
    failing_since = serializers.DateTimeField(
        source="lane.failing_since", allow_null=True, help_text="since when every try has failed"
    )
    paused_until = serializers.DateTimeField(
        source="lane.paused_until", allow_null=True, help_text="nothing is sent before, because of failures"
    )
    created_at = serializers.DateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    """An endpoint with the secret that it was just given, which is not told again."""

    secret = serializers.CharField(help_text="to verify signatures with; keep it, it is told only now")


class WebhookInput(StrictSerializer):
    """What an endpoint is to be."""

    url = serializers.CharField(max_length=LONGEST_URL, help_text="https, of a host on the public internet")
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(Announcement.Kind.choices), required=False, help_text="empty: all"
    )


class WebhookChanges(WebhookInput):
    """What of it is to be another."""

    is_active = serializers.BooleanField(required=False, help_text="true: try again at once, whatever failed before")


class RotationInput(StrictSerializer):
    """How the secret is to change."""

    keep_old_hours = serializers.IntegerField(
        required=False,
        default=int(KEEP_OLD_SECRET.total_seconds() // HOUR),
        min_value=0,
        max_value=int(LONGEST_OLD_SECRET.total_seconds() // HOUR),
        help_text="for so long the secret before signs as well; 0: it ends at once",
    )


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state = serializers.ChoiceField(Delivery.State.choices, required=False)


class AttemptSerializer(serializers.Serializer[Any]):
    """One try to send."""

    started_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField()
    outcome = serializers.ChoiceField(DeliveryAttempt.Outcome.choices)
    answer = serializers.CharField(help_text="the beginning of what was answered, or what went wrong")


class DeliverySerializer(serializers.Serializer[Any]):
    """A message for an endpoint, and how it went."""

    id = serializers.UUIDField(source="uuid")
    webhook_id = serializers.SerializerMethodField(help_text="the header of that name")
    type = serializers.SerializerMethodField()
    notification = serializers.IntegerField(source="notification_id")
    state = serializers.ChoiceField(Delivery.State.choices)
    reason = serializers.CharField(help_text="why it was not sent, or not yet")
    due_at = serializers.DateTimeField(help_text="of a waiting one: when it is tried next")
    sent_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(many=True)

    def get_webhook_id(self, delivery: Delivery) -> str:
        return message_id(delivery)

    def get_type(self, delivery: Delivery) -> str:
        return TYPES[delivery.notification.announcement.kind]
