"""An entry that is hidden or withdrawn appears in no public output, not even in a ranking made before."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import add_entry, add_score
from tests.integration.api.clients import API, assert_problem

pytestmark = pytest.mark.django_db(transaction=True)
RANKING = f"{API}/events/race/ranking"
SECRET = "Xanthippe"


@pytest.fixture(params=[Entry.Standing.HIDDEN, Entry.Standing.WITHDRAWN])
def concealed(event: Event, request: Any) -> Event:
    """An event whose ranking 1 has bib 66 on the second place, who was hidden or withdrawn since."""
    entry = add_entry(event, "66", name=SECRET, divisions={"sex": "F"})
    for bib, value in (("7", 3000), ("12", 1000), ("66", 2000)):
        add_score(event, bib, value)
    generate_event_ranking(event.pk)
    change_entry(entry.pk, changes={"standing": request.param})
    return event


PATHS = [
    "",
    "?revision=1",
    "?division=sex:F",
    "?limit=2",
    "/top",
    "/around/7",
    "/around/12?revision=1",
    "/entries/7",
    ".csv",
]


@pytest.mark.parametrize("ranked_again", [False, True])
def test_no_trace(visitor: APIClient, organiser: APIClient, concealed: Event, ranked_again: bool) -> None:
    if ranked_again:
        generate_event_ranking(concealed.pk)
    for client in (visitor, organiser):
        for path in PATHS:
            response = client.get(f"{RANKING}{path}")
            assert response.status_code == 200, path
            text = response.getvalue().decode()
            assert not [trace for trace in (SECRET, '"66"', ",66,") if trace in text], path


def test_counts(visitor: APIClient, concealed: Event) -> None:
    generate_event_ranking(concealed.pk)
    for revision in (1, 2):
        for division, total in (("overall", 2), ("sex:F", 1), ("sex:M", 1)):
            shown = visitor.get(f"{RANKING}?revision={revision}&division={division}").json()
            assert (shown["total"], shown["ranked"], len(shown["rows"])) == (total, total, total)
        places = visitor.get(f"{RANKING}/entries/7?revision={revision}").json()["places"]
        assert [(place["division"], place["total"]) for place in places] == [("overall", 2), ("sex:F", 1)]


def test_counts_before_the_next_ranking(visitor: APIClient, concealed: Event) -> None:
    shown = visitor.get(RANKING).json()
    assert (shown["revision"], shown["total"], shown["ranked"]) == (1, 2, 2)


def test_bib(visitor: APIClient, concealed: Event) -> None:
    for path in ("/around/66", "/entries/66", "/entries/66?revision=1"):
        hidden = assert_problem(visitor.get(f"{RANKING}{path}"), 404)
        unknown = assert_problem(visitor.get(f"{RANKING}{path.replace('66', '67')}"), 404)
        assert hidden["detail"].replace("66", "67") == unknown["detail"]


def test_shown_again(visitor: APIClient, concealed: Event) -> None:
    entry = concealed.entries.get(bib="66")
    change_entry(entry.pk, changes={"standing": Entry.Standing.COMPETING})
    assert visitor.get(RANKING).json()["total"] == 3
    assert visitor.get(f"{RANKING}/entries/66").json()["entry"]["name"] == SECRET
