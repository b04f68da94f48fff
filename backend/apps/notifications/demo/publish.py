"""Publishes the demo's races once a worker has ranked them."""

import time

from django.contrib.auth.models import User

from apps.errors import WrongState
from apps.events.models import Event
from apps.events.services import change_event_state
from apps.notifications.demo.load import ORGANISER
from apps.notifications.demo.races import RACES

POLL_SECONDS = 0.2


def publish_demo(*, timeout: float) -> list[Event]:
    """Publish what was never published before, each as soon as its ranking is there. Returns what was published.

    Raises WrongState if a ranking is not there after `timeout` seconds.
    """
    give_up_at = time.monotonic() + timeout
    organiser = User.objects.filter(username=ORGANISER).first()
    return [_publish(event, organiser, give_up_at) for event in _unpublished()]


def _unpublished() -> list[Event]:
    """The races that wait. One that somebody took back after it was published is left alone."""
    races = Event.objects.filter(slug__in=[race.slug for race in RACES], state=Event.State.CLOSED)
    return list(races.exclude(transitions__to_state=Event.State.PUBLISHED).order_by("starts_at"))


def _publish(event: Event, organiser: User | None, give_up_at: float) -> Event:
    while True:
        try:
            return change_event_state(event.pk, action="publish", by=organiser)
        except WrongState:
            if time.monotonic() > give_up_at:
                raise
        time.sleep(POLL_SECONDS)
