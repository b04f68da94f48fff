"""What the commands of events have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from apps.errors import Refused
from apps.events.models import Event


def find_event(slug: str) -> Event:
    """The event of that slug. Raises CommandError."""
    event = Event.objects.filter(slug=slug).first()
    if event is None:
        raise CommandError(f"there is no event {slug!r}")
    return event


@contextmanager
def told_as_command_error() -> Iterator[None]:
    """A refusal ends the command with its place and reason instead of a traceback."""
    try:
        yield
    except Refused as refusal:
        raise CommandError(str(refusal)) from refusal
