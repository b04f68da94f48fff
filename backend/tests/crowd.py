"""A race of any number of people who all have accounts, made in bulk; publishing it tells each of them."""

from django.contrib.auth.models import User
from django.utils import timezone

from apps.events.models import DivisionSet, Entry, Event, Participant, Score
from apps.notifications.models import RecipientSettings
from tests.factories import make_event


def make_crowded_race(count: int) -> Event:
    """An open event of runners with a time each. Every other one reads Portuguese."""
    event = make_event(name="Corrida de São Silvestre")
    numbers = range(1, count + 1)
    users = User.objects.bulk_create(
        (User(username=f"runner-{number}", email=address_of(number), password="!") for number in numbers), 5_000
    )
    RecipientSettings.objects.bulk_create(
        (RecipientSettings(user=user, language="pt-br") for user in users[::2]), 5_000
    )
    people = Participant.objects.bulk_create(
        (Participant(name=f"Runner {number}", user=user) for number, user in zip(numbers, users, strict=True)), 5_000
    )
    sexes = [DivisionSet.objects.create(event=event, values={"sex": sex}) for sex in ("F", "M")]
    entries = Entry.objects.bulk_create(
        (
            Entry(event=event, participant=one, bib=str(number), division_set=sexes[number % 2])
            for number, one in zip(numbers, people, strict=True)
        ),
        5_000,
    )
    now = timezone.now()
    Score.objects.bulk_create(
        (
            Score(event=event, entry=entry, value=1_800_000 + number * 100, achieved_at=now)
            for number, entry in zip(numbers, entries, strict=True)
        ),
        5_000,
    )
    Event.objects.filter(pk=event.pk).update(input_version=event.input_version + 1)
    return event


def address_of(number: int) -> str:
    """Of that runner."""
    return f"runner-{number}@example.org"
