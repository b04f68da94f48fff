"""Frozen events with traces that nobody but those who work on them may find."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from apps.events.models import Entry, Event, Score
from apps.events.services import change_entry, generate_event_ranking, request_event_ranking
from apps.rankings.services import refresh_standings
from tests import seasons
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

SLUG = "finals"
JUMP: dict[str, Any] = {
    "metric": "distance",
    "direction": "high",
    "divisions": ["sex"],
    "secondary": {"wind": {"metric": "distance", "direction": "low"}},
    "tie_breakers": [{"by": "best_single", "nth": 2}, {"by": "measure", "name": "wind"}, {"by": "achieved"}],
}
CONTEST: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "divisions": ["sex"],
    "components": {"names": ["A", "B"]},
    "tie_breakers": [{"by": "last_accepted"}],
}
# Of late scores, and of whatever is theirs alone. Written so that each form in which they could be shown is known.
LATE_VALUE, OTHER_VALUE = 7_654_321, 8_123_457
HIDDEN_BIB, HIDDEN_NAME, HIDDEN_DIVISION = "H66", "Xanthippe", "Zzyzx"
REASON = "a second look at the film"
LATE_MINUTE = 127
TRACES = (
    *("7654.3", "7654321", "7654322", "2:07:34", "1/127", '"time":127'),
    *(HIDDEN_BIB, HIDDEN_NAME, HIDDEN_DIVISION, REASON),
)


@dataclass(frozen=True)
class World:
    """A frozen event with a ranking, somebody who takes part in it with an account, and somebody who does not."""

    event: Event
    rules: dict[str, Any]
    begun: datetime  # the event; it is frozen since an hour after
    athlete: User
    stranger: User
    task_id: str

    def component(self, number: int) -> str:
        """One of the parts that scores are of."""
        return self.rules["components"]["names"][number] if "components" in self.rules else ""

    def add_score(self, bib: str, value: int, minutes: int, *, part: int = 0, **fields: Any) -> Score:
        """A score that was achieved so long after the beginning: from 60 on it is late."""
        achieved_at = self.begun + timedelta(minutes=minutes)
        return add_score(self.event, bib, value, achieved_at=achieved_at, component=self.component(part), **fields)

    @property
    def traces(self) -> list[str]:
        """What nobody may find, the moment of the late scores too."""
        moment = self.begun + timedelta(minutes=LATE_MINUTE)
        return [*TRACES, *(f"{timezone.localtime(moment, zone):%Y-%m-%dT%H:%M:%S}" for zone in (None, UTC))]

    def late(self) -> Score:
        """The late score of an entry that everybody sees, whatever its value is by now."""
        late = Score.objects.filter(event=self.event, is_current=True, entry__bib="7")
        return late.filter(achieved_at__gte=self.begun + timedelta(hours=1)).get()

    def rank(self) -> None:
        """As a worker does."""
        generate_event_ranking(self.event.pk)
        self.event.refresh_from_db()


def make_world(rules: dict[str, Any], *, visibility: str = "public") -> World:
    """Three entries that are shown and one that is hidden, all of them with scores before and after the freeze."""
    begun = timezone.now() - timedelta(hours=3)
    athlete, stranger = make_user("athlete"), make_user("stranger")
    event = make_event(
        slug=SLUG,
        name="Finals",
        owner=make_user("owner"),
        rules=rules,
        visibility=visibility,
        starts_at=begun,
        freeze_at=begun + timedelta(hours=1),
    )
    for bib, sex in (("7", "F"), ("12", "M"), ("31", "F")):
        add_entry(event, bib, name=f"Team {bib}", divisions={"sex": sex}, user=athlete if bib == "7" else None)
    add_entry(event, HIDDEN_BIB, name=HIDDEN_NAME, divisions={"sex": HIDDEN_DIVISION}, standing=Entry.Standing.HIDDEN)
    world = World(event, rules, begun, athlete, stranger, "")
    for bib, value, minutes in (("7", 600_000, 10), ("12", 600_000, 20), ("31", 900_000, 15), (HIDDEN_BIB, 10, 5)):
        world.add_score(bib, value, minutes)
    world.rank()
    for bib, part in (("7", 1), ("12", 1), ("31", 1), (HIDDEN_BIB, 1)):
        world.add_score(bib, LATE_VALUE, LATE_MINUTE, part=part)
    world.add_score("12", LATE_VALUE + 1, LATE_MINUTE, part=1, outcome=Score.Outcome.REJECTED)
    if "secondary" in rules:
        add_score(event, "31", LATE_VALUE, achieved_at=begun + timedelta(minutes=LATE_MINUTE), component="wind")
    change_status_and_back(event)
    world.rank()
    add_season(event, athlete)
    return World(event, rules, begun, athlete, stranger, str(request_event_ranking(event.pk)))


def change_status_and_back(event: Event) -> None:
    """Of an entry that everybody sees; why it was changed back is for nobody to know before the thaw."""
    entry = event.entries.get(bib="7")
    change_entry(entry.pk, changes={"status": Entry.Status.DNF})
    change_entry(entry.pk, changes={"status": Entry.Status.FINISHED}, reason=REASON)


def add_season(event: Event, athlete: User) -> None:
    """A season with an event that is over, and the frozen one."""
    over = make_event(slug="semifinals", name="Semifinals")
    for bib, name, user in (("1", "Ana", None), ("2", "Team 7", athlete)):
        add_entry(over, bib, name=name, external_id=name, user=user)
        add_score(over, bib, f"2{bib}:00")
    publish_event(over)
    season = seasons.make_season(over, event, slug="cup", name="Cup")
    refresh_standings(season.pk)
