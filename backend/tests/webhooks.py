"""Endpoints and what is sent to them, for tests."""

from itertools import count

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from apps.events.models import Event, Ranking
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement, Delivery, WebhookEndpoint
from apps.notifications.services import register_webhook
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

NUMBERS = count(1)
# The environment of a worker that may send to 127.0.0.1.
LOOPBACK = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "WEBHOOK_ALLOW_HTTP": "true", "WEBHOOK_PORTS": ""}
SOMEWHERE = "https://93.184.216.34/hook"  # a public address to register; nothing is sent there


def make_endpoint(owner: User, url: str = SOMEWHERE, **fields: object) -> WebhookEndpoint:
    """An endpoint of someone's; a URL that would be refused is put there afterwards, as if the rules had changed."""
    endpoint = register_webhook(owner=owner, url=SOMEWHERE)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=url, **fields)
    return WebhookEndpoint.objects.select_related("lane").get(pk=endpoint.pk)


def publish_race(*runners: User) -> Ranking:
    """The results of an event in which these are, published; only `tell` announces them."""
    event: Event = make_event()
    for number, runner in enumerate(runners or (make_user(),), 1):
        add_entry(event, str(number), name=runner.username.title(), user=runner)
        add_score(event, str(number), f"2{number}:00")
    ranking = publish_event(event)
    OutboxMessage.objects.filter(task_name="notifications.announce_event_ranking").delete()
    return ranking


@transaction.atomic
def tell(ranking: Ranking, times: int = 1) -> None:
    """Announce a ranking that often, as so many revisions would be."""
    for _ in range(times):
        announce(
            Announcement.objects.create(
                kind=Announcement.Kind.RESULTS_PUBLISHED,
                key=f"ranking:{ranking.pk}:{next(NUMBERS)}",
                event=ranking.event,
                ranking=ranking,
            )
        )


def deliveries() -> QuerySet[Delivery]:
    """What goes by webhook; there are other channels."""
    return Delivery.objects.filter(channel="webhook")


def states_at(endpoint: WebhookEndpoint) -> list[str]:
    """The states of all that was to be sent there, each once."""
    found = Delivery.objects.filter(endpoint=endpoint).order_by("state").values_list("state", flat=True)
    return list(found.distinct())
