"""An event that is ranked by a clock that tests set, and thinned."""

from datetime import UTC, datetime, timedelta

from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from apps.events.services import change_entry, change_event_state, generate_event_ranking, thin_rankings
from apps.events.sourced_scores import DEFAULT_REASON
from apps.events.thinning import Terms
from tests.factories import add_entry, add_score, make_event

START = datetime(2026, 5, 17, 9, tzinfo=UTC)
FOREVER = timedelta(days=100_000)
LATER = START + timedelta(days=30)
ALL = Terms(LATER, FOREVER)  # what is harshest: one stretch, and nothing is too young


class Clock:
    """What all parts take for the time; rankings are noted by a host whose clock is off by `skew` minutes."""

    def __init__(self) -> None:
        self.minute = 0
        self.skew = 0

    def __call__(self) -> datetime:
        return START + timedelta(minutes=self.minute + self.skew)


def make_race() -> Event:
    event = make_event()
    for bib in "12":
        add_entry(event, bib)
        add_score(event, bib, 2_000_000, achieved_at=START)
    return event


def rank_anew(event: Event, clock: Clock, minute: int, *, skew: int = 0) -> Ranking:
    """A new public revision, by a score, or by a correction where scores come no more."""
    clock.minute = minute
    event.refresh_from_db()
    if event.state == Event.State.OPEN:
        number = event.scores.count()
        add_score(event, "1", 1_000_000 - number, attempt=number)
    else:
        entry = Entry.objects.get(event=event, bib="2")
        # Not a reason that keeps a revision by itself.
        change_entry(entry.pk, changes={"adjustment": entry.adjustment + 1}, reason=DEFAULT_REASON)
    clock.skew = skew
    generate_event_ranking(event.pk)
    clock.skew = 0
    event.refresh_from_db()
    assert event.public_ranking is not None
    return event.public_ranking


def act(event: Event, clock: Clock, minute: int, *actions: str) -> None:
    clock.minute = minute
    for action in actions:
        generate_event_ranking(event.pk)
        change_event_state(event.pk, action=action, by=None)


def thin(event: Event, terms: Terms = ALL) -> int:
    done = thin_rankings(event.pk, terms=terms, who="olga", reason="the disk is full")
    return done.revisions if done else 0


def left(event: Event, variant: str = Ranking.Variant.PUBLIC) -> list[int]:
    return list(event.rankings.filter(variant=variant).order_by("revision").values_list("revision", flat=True))


def is_whole(ranking: Ranking) -> bool:
    return all(
        len(pages.rows(ranking, key, 0, 10)) == pages.row_count(ranking, key) for key in pages.board_keys(ranking)
    )
