"""Asks for work as organisers do, through the services, and remembers what must come of it."""

import io
from dataclasses import dataclass
from random import Random

from django.contrib.auth.models import User

from apps.errors import WrongState
from apps.events.imports.run import OVER
from apps.events.models import Event, ImportBatch
from apps.events.scoring import NewScore
from apps.events.services import change_event_state, record_scores, register_entry, submit_import
from apps.rankings.models import Season
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import create_season, set_season_events
from tests.chaos.race import COLUMN_MAP, RULES, Race
from tests.factories import make_event
from tests.processes import wait_until

HEAT_RULES = {"metric": "points", "direction": "high"}
HEAT_RUNNERS = 8
BURSTS, BURST_SCORES = 8, 6


@dataclass(frozen=True, slots=True)
class Heat:
    """A small event of a season of its own, whose runners have accounts."""

    event: Event
    season: Season


class Work:
    """One large race that is imported and scored at once, and small heats that are published meanwhile."""

    def __init__(self, random: Random, entries: int) -> None:
        self._random = random
        self._bibs = [str(number) for number in range(1, entries + 1)]
        self.race = Race(random)
        self.event = make_event(slug="race", rules=RULES)
        self.season = make_season(self.event)
        self.reports: dict[int, dict[str, int]] = {}  # import -> what it must report
        self.heats: list[Heat] = []
        self.scores_recorded = 0
        self._rounds = 0
        self._unpublished: list[Heat] = []

    def do_round(self) -> None:
        """Two files of the race at once, scores of those who are in it already, and a heat."""
        self._rounds += 1
        entered = list(self.race.runners)
        self._submit_files()
        for _ in range(BURSTS if entered else 0):
            self._record_burst(self._random.sample(entered, BURST_SCORES))
        self._hold_heat()
        self._publish_heats()

    def imports_are_over(self) -> bool:
        """The next files name the same runners: only then does the order of reading not depend on chance."""
        return not ImportBatch.objects.exclude(state__in=OVER).exists()

    def finish(self) -> None:
        """Publish everything."""
        wait_until(self.imports_are_over, "the imports over")
        change_event_state(self.event.pk, action="close", by=None)
        wait_until(lambda: publish(self.event), "the race ranked")
        wait_until(self._publish_heats, "all heats ranked")

    def _submit_files(self) -> None:
        bibs = self._random.sample(self._bibs, len(self._bibs))
        middle = len(bibs) // 2
        for part in (bibs[:middle], bibs[middle:]):
            file = self.race.make_file(part)
            batch = submit_import(self.event.pk, content=io.BytesIO(file.content), by=None, columns=COLUMN_MAP)
            self.reports[batch.pk] = file.report

    def _record_burst(self, bibs: list[str]) -> None:
        """A further attempt of each, sent twice, as by a client who lost the first answer."""
        rows = []
        for bib in bibs:
            values = self.race.runners[bib].values
            # Imports write the first attempt.
            attempt = max(1, *values) + 1 if values else 2
            values[attempt] = self._random.randint(1_200_000, 4_800_000)
            self.scores_recorded += 1
            key = f"gate-{bib}-{attempt}"
            rows.append(NewScore(bib=bib, value=values[attempt], attempt=attempt, idempotency_key=key))
        for is_new in (True, False):
            outcomes = record_scores(self.event.pk, rows=rows, by=None)
            assert [outcome.is_new for outcome in outcomes] == [is_new] * len(rows)

    def _hold_heat(self) -> None:
        event = make_event(rules=HEAT_RULES)
        heat = Heat(event, make_season(event))
        for number in range(1, HEAT_RUNNERS + 1):
            user = User.objects.create(username=f"{event.slug}-runner-{number}")
            register_entry(event.pk, bib=str(number), name=user.username, user=user)
            record_scores(event.pk, rows=[NewScore(bib=str(number), value=self._random.randint(0, 5))], by=None)
        change_event_state(event.pk, action="close", by=None)
        self.heats.append(heat)
        self._unpublished.append(heat)

    def _publish_heats(self) -> bool:
        """Publish those that are ranked; returns whether there is none left."""
        self._unpublished = [heat for heat in self._unpublished if not publish(heat.event)]
        return not self._unpublished


def make_season(event: Event) -> Season:
    """A season of one event."""
    season = create_season(slug=event.slug, name=event.name, rules={"points": {"by_place": [10, 6, 3]}}, owner=None)
    return set_season_events(season.pk, events=[NewSeasonEvent(event.pk)])


def publish(event: Event) -> bool:
    """Publish the event if its ranking is ready."""
    try:
        change_event_state(event.pk, action="publish", by=None)
    except WrongState:
        return False
    return True
