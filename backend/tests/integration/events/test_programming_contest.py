"""A real penalty contest with its official places, loaded by the commands. Its data is no part of this project."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.events import pages
from apps.events.models import Entry, Event
from apps.events.services import generate_event_ranking
from tests.real_data import needs, read_csv

CELLS, OFFICIAL = "programming_contest_2018_cells.csv", "programming_contest_2018_official.csv"
TEAMS = 140

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs(CELLS, OFFICIAL),
]

# Team -> (problems solved, penalty, place).
Places = dict[str, tuple[int, int, int]]


def submissions() -> Iterator[list[str]]:
    """A row for each submission. When those that were rejected were sent is not known, only how many there were."""
    seen = set()
    for cell in read_csv(CELLS):
        seen.add(cell["team_id"])
        judged, is_solved = int(cell["judged_attempts"]), cell["solved"] == "1"
        for attempt in range(1, judged + 1):
            outcome = "valid" if is_solved and attempt == judged else "rejected"
            yield [cell["team_id"], cell["problem_id"], str(attempt), outcome, cell["solve_minute"] or "300", ""]
    for team in read_csv(OFFICIAL):
        if team["team_id"] not in seen:
            # Took part and sent nothing: a row of a status alone.
            yield [team["team_id"], "", "", "", "", "finished"]


def run(command: str, *arguments: str, **options: Any) -> str:
    output = io.StringIO()
    call_command(command, *arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def load(folder: Path, slug: str, tie_breakers: list[dict[str, Any]]) -> Event:
    problems = sorted({cell["problem_id"] for cell in read_csv(CELLS)})
    rules = folder / "rules.json"
    rules.write_text(
        json.dumps(
            {
                "metric": "penalty_contest",
                "direction": "high",
                "components": {"names": problems},
                "tie_breakers": tie_breakers,
            }
        )
    )
    file = folder / "submissions.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["bib", "component", "attempt", "outcome", "score", "status"], *submissions()])
    run("create_event", slug, name="Finals", rules=str(rules), open=True)
    report = json.loads(run("import_scores", slug, str(file), "--json", unit="min"))
    assert report["rejections"] == []
    event = Event.objects.get(slug=slug)
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return event


def found_places(event: Event) -> Places:
    ranking = event.public_ranking
    assert ranking is not None
    penalty = pages.detail_names(ranking).index("penalty")
    bibs = dict(Entry.objects.filter(event=event).values_list("pk", "bib"))
    return {
        bibs[row.entry_id]: (row.score or 0, row.details[penalty] or 0, row.rank or 0)
        for row in pages.iter_rows(ranking, "overall")
    }


def official_places() -> Places:
    return {
        row["team_id"]: (int(row["num_solved"]), int(row["total_time_min"]), int(row["official_position"]))
        for row in read_csv(OFFICIAL)
    }


def test_every_official_place_comes_out(tmp_path: Path) -> None:
    event = load(tmp_path, "finals", [{"by": "last_accepted"}])
    found = found_places(event)
    assert len(found) == TEAMS
    assert found == official_places()


def test_without_the_last_accepted_four_places_are_wrong(tmp_path: Path) -> None:
    found, official = found_places(load(tmp_path, "finals", [])), official_places()
    assert sum(found[team] == official[team] for team in official) == 136
