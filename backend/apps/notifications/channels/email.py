"""E-mail: by any backend of Django, to the address of the recipient's account."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import BigIntegerField, Case, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext_noop

from apps.notifications.channels.base import Outgoing, Result, Sender
from apps.notifications.channels.email_content import Email
from apps.notifications.channels.email_sender import EmailSender
from apps.notifications.messages import Message
from apps.notifications.models import Delivery, Lane
from apps.notifications.suppression import in_force, suppress, suppressed_among
from apps.notifications.unsubscribing import unsubscribe_url

NO_EMAIL = "no e-mail in this deployment"
NO_ADDRESS = "no address"
SUPPRESSED = "suppressed address"
INVALID = "not an e-mail address"


class EmailChannel:
    """One lane for all: there is one provider."""

    name = "email"
    label = gettext_noop("E-mail")
    runs = 4
    # Connections of one run. So many messages can be sent twice when a run is killed: see docs/guarantees.md.
    senders = 8
    senders_per_lane = 8
    most_at_once = 1000
    # Connecting, and four steps of sending.
    send_seconds: float = 5 * settings.EMAIL_TIMEOUT
    rate_per_second: float | None = settings.EMAIL_RATE_PER_SECOND
    most_per_hour: int | None = settings.EMAILS_PER_HOUR

    def destinations(self, kind: str) -> QuerySet[Any, tuple[int, int, int | None, str]]:
        """The address of each account."""
        nowhere = Cast(Value(None), BigIntegerField())
        lane = Cast(Value(_lane().pk), BigIntegerField())
        return User.objects.order_by().values_list("pk", lane, nowhere, _problem())

    def prepare(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> list[Outgoing | str]:
        """Whether it may be sent is looked at again: it may have waited for hours, or was asked for once more."""
        addresses = [one.notification.recipient.email for one in deliveries]
        suppressed = suppressed_among(addresses)
        return [
            _reason(address, suppressed) or Outgoing(delivery, _email(delivery, message, address))
            for delivery, message, address in zip(deliveries, messages, addresses, strict=True)
        ]

    def open(self) -> Sender:
        """Connects when it has something to send."""
        return EmailSender()

    def give_up_destination(self, delivery: Delivery, result: Result) -> None:
        """The address is suppressed."""
        suppress(delivery.notification.recipient.email, reason=result.answer)


def is_configured() -> bool:
    """Whether this deployment sends e-mail at all."""
    return bool(settings.EMAIL_BACKEND != settings.NO_EMAIL)


def _lane() -> Lane:
    return Lane.objects.get_or_create(channel=EmailChannel.name, provider=settings.EMAIL_PROVIDER)[0]


def _problem() -> Any:
    if not is_configured():
        return Value(NO_EMAIL)
    is_suppressed = Exists(in_force().filter(address=Lower(OuterRef("email"))))
    return Case(When(email="", then=Value(NO_ADDRESS)), When(is_suppressed, then=Value(SUPPRESSED)), default=Value(""))


def _reason(address: str, suppressed: set[str]) -> str:
    """Why nothing is sent to an address; empty: it is."""
    if not is_configured():
        return NO_EMAIL
    if not address:
        return NO_ADDRESS
    if address.lower() in suppressed:
        return SUPPRESSED
    try:
        # Also keeps line breaks out of the headers.
        validate_email(address)
    except ValidationError:
        return INVALID
    return ""


def _email(delivery: Delivery, message: Message, address: str) -> Email:
    notification = delivery.notification
    url = unsubscribe_url(notification.recipient_id, message.kind, EmailChannel.name)
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return Email(
        sender=settings.DEFAULT_FROM_EMAIL,
        recipient=address,
        subject=message.title,
        text=message.letter(unsubscribe_url=url),
        html=message.html(unsubscribe_url=url),
        # The same at each try: who gets it twice can tell.
        message_id=f"<{delivery.uuid}@{host}>",
        unsubscribe_url=url,
        correlation_id=notification.announcement.correlation_id,
    )


CHANNEL = EmailChannel()
