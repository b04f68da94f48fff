"""What a board shows beside the result: details as columns, broken ties as marks, and why an entry has its place."""

from typing import Any

import pytest
from django.test import Client

from apps.events.models import Event, Score
from apps.events.services import generate_event_ranking
from tests.factories import add_entry, add_score, make_event

pytestmark = pytest.mark.django_db(transaction=True)

CONTEST: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": ["A", "B"]},
    "tie_breakers": [{"by": "last_accepted"}, {"by": "draw", "seed": "s"}],
}


@pytest.fixture
def contest() -> Event:
    event = make_event(slug="contest", name="Code Night", rules=CONTEST)
    for bib in ("1", "2", "3"):
        add_entry(event, bib, name=f"Team {bib}")
    add_score(event, "1", "10 min", component="A", outcome=Score.Outcome.REJECTED)
    add_score(event, "1", "20 min", component="A")
    add_score(event, "2", "40 min", component="B")
    add_score(event, "3", "70 min", component="B", outcome=Score.Outcome.PENDING)
    generate_event_ranking(event.pk)
    return event


def page(client: Client, address: str = "") -> str:
    return client.get(f"/events/contest/{address}").content.decode()


def test_columns_and_cells(contest: Event, client: Client) -> None:
    text = page(client)
    heads = [f'<th scope="col" class="cell">{label}</th>' for label in ("Penalty", "A", "B", "Last accepted")]
    assert [text.count(head) for head in heads] == [1, 1, 1, 1]
    assert "".join(heads) in text
    for cells in (("40", "2/20", "", "20"), ("40", "", "1/40", "40"), ("0", "", "1?", "")):
        assert "".join(f'<td class="cell">{cell}</td>' for cell in cells) in text
    assert "Solved" in text
    assert "1 pending" in text


def test_a_broken_tie_is_marked(contest: Event, client: Client) -> None:
    text = page(client)
    assert 'title="Tie broken by the earlier last accepted solution: 20">*</abbr>' in text
    assert text.count(">*</abbr>") == 2
    assert "a tie was broken" in text


def test_a_plain_board_has_neither(client: Client) -> None:
    event = make_event(slug="contest", rules={"metric": "count", "direction": "high"})
    add_entry(event, "1")
    generate_event_ranking(event.pk)
    text = page(client)
    assert 'class="cell"' not in text
    assert "a tie was broken" not in text


def test_why_this_place(contest: Event, client: Client) -> None:
    assert "/events/contest/why/1" in page(client, "entries/1")
    text = page(client, "why/1")
    assert "A: solved at 20 after 1 rejected: 20 + 1 x 20 = 40" in text
    assert "the earlier last accepted solution decides: 20 against 40" in text


def test_why_is_told_of_every_attempt_at_once(contest: Event, client: Client) -> None:
    add_score(contest, "1", "90 min", component="B", outcome=Score.Outcome.REJECTED)
    assert "B: not solved, 1 rejected" in page(client, "why/1")
    assert client.get("/events/contest/why/9").status_code == 404
