"""A delivery as the request of a webhook: its body, and its headers as they are at the moment of a try."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from apps.notifications.messages import Message
from apps.notifications.models import Announcement, Delivery

Kind = Announcement.Kind
# The types of events, as receivers know them.
TYPES: dict[str, str] = {
    Kind.RESULTS_PUBLISHED: "results.published",
    Kind.RESULTS_CORRECTED: "results.corrected",
    Kind.STATUS_CHANGED: "status.changed",
    Kind.STANDINGS_UPDATED: "standings.updated",
    Kind.EVENT_OPENING: "event.opening",
    Kind.RANKING_FAILED: "ranking.failed",
    Kind.IMPORT_FINISHED: "import.finished",
    Kind.DEAD_LETTERS_WAITING: "dead_letters.waiting",
}
USER_AGENT = "Placar-Webhooks/1"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """All that is sent, but for what depends on when."""

    url: str
    message_id: str  # the same at each try and each redelivery
    body: str
    secret: str
    old_secret: str  # signs as well until `old_secret_until`
    old_secret_until: datetime | None
    correlation_id: str = ""  # of the request that it goes back to; empty: unknown


def message_id(delivery: Delivery) -> str:
    """How receivers know a delivery again."""
    return f"msg_{delivery.uuid.hex}"


def make_request(delivery: Delivery, message: Message) -> WebhookRequest:
    """The request of a delivery that has an endpoint."""
    endpoint = delivery.endpoint
    assert endpoint is not None  # noqa: S101 (every delivery by webhook has one)
    announcement = message.notification.announcement
    document = {
        "type": TYPES[announcement.kind],
        "timestamp": announcement.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {
            **message.facts.data,
            "notification": {
                "id": message.notification.pk,
                "language": message.language,
                "title": message.title,
                "text": message.text,
                "url": message.url,
            },
        },
    }
    return WebhookRequest(
        url=endpoint.url,
        message_id=message_id(delivery),
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        secret=endpoint.secret,
        old_secret=endpoint.old_secret,
        old_secret_until=endpoint.old_secret_expires_at,
        correlation_id=announcement.correlation_id,
    )


def make_headers(request: WebhookRequest, now: datetime) -> dict[str, str]:
    """The headers of a try at that moment, signed by the secret, and by the one before it while that is valid."""
    secrets = [request.secret]
    if request.old_secret and request.old_secret_until is not None and now < request.old_secret_until:
        secrets.append(request.old_secret)
    moment = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(request.message_id, moment, request.body) for secret in secrets]
    known = {"X-Correlation-ID": request.correlation_id} if request.correlation_id else {}
    return {
        **known,
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        # No compression: a small answer could unpack to an endless one.
        "Accept-Encoding": "identity",
        "webhook-id": request.message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
