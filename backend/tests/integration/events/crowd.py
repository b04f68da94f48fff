"""An event with more entries than a page of its ranking holds."""

import random

from django.utils import timezone

from apps.events.models import DivisionSet, Entry, Event, Participant, Score
from tests.factories import make_event

ENTRIES = 1_700  # of which more than a page are shown


def fill(event: Event, numbers: range, seed: int = 1) -> None:
    """Entries with bibs of these numbers: some of each status and standing, none to three attempts, many ties."""
    rng = random.Random(seed)
    sets = [
        DivisionSet.objects.get_or_create(event=event, values=values)[0]
        for values in ({}, {"sex": "F"}, {"sex": "M", "age": "40"}, {"sex": "F", "age": "São"})
    ]
    participants = Participant.objects.bulk_create([Participant(name=f"Runner {number}") for number in numbers])
    entries = Entry.objects.bulk_create(
        Entry(
            event=event,
            participant=participant,
            bib=str(number),
            division_set=rng.choice(sets),
            standing=rng.choice([0, 0, 0, 0, 1, 2, 3]),
            status=rng.choice([0, 0, 0, 0, 0, 1, 2, 3]),
            adjustment=rng.choice([0, 0, 5, -5]),
        )
        for number, participant in zip(numbers, participants, strict=True)
    )
    now = timezone.now()
    Score.objects.bulk_create(
        Score(event=event, entry=entry, attempt=attempt, value=rng.randrange(5_000, 5_400), achieved_at=now)
        for entry in entries
        for attempt in range(1, rng.randrange(4) + 1)
    )


def make_crowded_event() -> Event:
    """An event whose rows alternate with those of another one."""
    event, other = make_event(rules={"metric": "duration", "direction": "low"}), make_event()
    for start in range(1, ENTRIES + 1, 500):
        fill(event, range(start, min(start + 500, ENTRIES + 1)), seed=start)
        fill(other, range(start, start + 50), seed=start)
    return event
