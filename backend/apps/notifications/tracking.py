"""What providers of e-mail report of what they took: bounces and complaints (anymail's webhooks)."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from apps.notifications.services import suppress_address

_GONE = {RejectReason.INVALID, RejectReason.BOUNCED}
# Where a provider names what it reports. Some call "bounced" also what may succeed the next time, as a full mailbox.
_NAMES = ("Type", "type", "event")


def note_tracking_event(sender: object, event: AnymailTrackingEvent, **_kwargs: Any) -> None:
    """Suppress an address that does not exist, or whose owner complained."""
    if event.recipient and _is_the_end(event):
        told = (event.event_type, event.reject_reason, event.mta_response or event.description)
        suppress_address(event.recipient, reason=": ".join(filter(None, told)))


def _is_the_end(event: AnymailTrackingEvent) -> bool:
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        return True
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED) or event.reject_reason not in _GONE:
        return False
    reported = event.esp_event or {}
    return not any("soft" in str(reported.get(name, "")).lower() for name in _NAMES)
