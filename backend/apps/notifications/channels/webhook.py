"""Webhooks: a signed request to each endpoint of a recipient (docs/webhooks.md)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.notifications.channels.base import Outgoing, Result, Sender
from apps.notifications.messages import Message
from apps.notifications.models import Delivery, WebhookEndpoint
from apps.notifications.webhooks.health import give_up
from apps.notifications.webhooks.requests import make_request
from apps.notifications.webhooks.sending import WebhookSender


class WebhookChannel:
    """Each endpoint is a lane of its own: what one of them does holds no other up."""

    name = "webhook"
    label = gettext_noop("Webhook")
    runs = 4
    # Many, and few for each: so many receivers would have to hang at once to hold the others up.
    senders = 64
    senders_per_lane = 2
    most_at_once = 100
    send_seconds: float = settings.WEBHOOK_TIMEOUT_SECONDS + 1  # some time for what follows the deadline
    rate_per_second: float | None = 20.0
    most_per_hour: int | None = None  # programs want each by itself

    def destinations(self, kind: str) -> QuerySet[Any, tuple[int, int, int | None, str]]:
        """The active endpoints of each user that want that kind."""
        # Both databases write a list of names alike; to look into JSON itself they have no common way.
        text = Cast("kinds", TextField())
        wanted = Q(kinds_text="[]") | Q(kinds_text__contains=f'"{kind}"')
        endpoints = WebhookEndpoint.objects.filter(is_active=True, deleted_at=None).alias(kinds_text=text)
        rows = endpoints.filter(wanted).order_by().annotate(problem=Value("", TextField()))
        return rows.values_list("owner", "lane", "pk", "problem")

    def prepare(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> list[Outgoing | str]:
        """Requests; they are signed when they are sent."""
        return [self._prepared(*one) for one in zip(deliveries, messages, strict=True)]

    def _prepared(self, delivery: Delivery, message: Message) -> Outgoing | str:
        endpoint = delivery.endpoint
        if endpoint is None or endpoint.deleted_at is not None:
            return "the endpoint was deleted"
        if not endpoint.is_active:
            return "the endpoint is not active"
        return Outgoing(delivery, make_request(delivery, message))

    def open(self) -> Sender:
        """A sender with a session of its own."""
        return WebhookSender()

    def give_up_destination(self, delivery: Delivery, result: Result) -> None:
        """Make the endpoint inactive; its owner finds the reason there."""
        if delivery.endpoint_id is not None:
            give_up(delivery.endpoint_id, f"{timezone.now():%Y-%m-%d %H:%M} UTC: {result.answer}")


CHANNEL = WebhookChannel()
