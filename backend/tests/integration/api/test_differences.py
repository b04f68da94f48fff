"""The difference between two revisions by API, and what it must not tell."""

import csv
import io
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking, supersede_score
from tests.factories import add_score, publish_event
from tests.integration.api.clients import API, assert_problem, wrong_places

pytestmark = pytest.mark.django_db(transaction=True)

BASE = f"{API}/events/race/rankings"


@pytest.fixture
def corrected(event: Event) -> Event:
    """Published with 7 before 12; then 7 was disqualified, then 12 got another time."""
    add_score(event, "7", "20:00")
    score = add_score(event, "12", "21:00")
    publish_event(event)
    change_entry(
        Entry.objects.get(event=event, bib="7").pk, changes={"status": Entry.Status.DSQ}, reason="cut the course"
    )
    generate_event_ranking(event.pk)
    supersede_score(score.pk, changes={"value": "21:30"}, reason="photo finish", by=None)
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return event


def told(document: dict[str, Any]) -> list[tuple[str, str, bool, list[str]]]:
    return [(one["bib"], one["kind"], one["by_others"], one["reasons"]) for one in document["changes"]]


def hide(event: Event, bib: str) -> None:
    entry = Entry.objects.get(event=event, bib=bib)
    change_entry(entry.pk, changes={"standing": Entry.Standing.HIDDEN}, reason="asked for it")


def test_who_moved_and_why(visitor: APIClient, corrected: Event) -> None:
    document = visitor.get(f"{BASE}/1/difference/2").json()
    assert (document["before"], document["after"], document["reasons"]) == (1, 2, ["cut the course"])
    assert told(document) == [("7", "status", False, ["cut the course"]), ("12", "improved", True, [])]
    ana, bruno = document["changes"]
    assert (ana["before"]["rank"], ana["after"]["rank"], ana["after"]["status"]) == (1, None, "DSQ")
    assert (bruno["before"]["rank"], bruno["after"]["rank"], bruno["name"]) == (2, 1, "Bruno")
    assert document["counts"] == {
        "new": 0, "gone": 0, "status": 1, "improved": 1, "worsened": 0, "score": 0, "by_others": 1,
    }  # fmt: skip
    assert told(visitor.get(f"{BASE}/2/difference/3").json()) == [("12", "score", False, ["photo finish"])]
    assert told(visitor.get(f"{BASE}/1/difference/3").json()) == [
        ("12", "improved", False, ["photo finish"]),
        ("7", "status", False, ["cut the course"]),
    ]
    assert visitor.get(f"{BASE}/3/difference/3").json()["changes"] == []
    back = visitor.get(f"{BASE}/2/difference/1").json()
    assert told(back) == [("7", "status", False, ["cut the course"]), ("12", "worsened", True, [])]


def test_in_a_division(visitor: APIClient, corrected: Event) -> None:
    document = visitor.get(f"{BASE}/1/difference/2?division=sex:F").json()
    assert told(document) == [("7", "status", False, ["cut the course"])]
    assert told(visitor.get(f"{BASE}/1/difference/2?division=sex:M").json()) == []
    assert wrong_places(visitor.get(f"{BASE}/1/difference/2?division=age:40"), 404) == ["division"]


def test_page_by_page(visitor: APIClient, corrected: Event) -> None:
    first = visitor.get(f"{BASE}/1/difference/2?limit=1").json()
    second = visitor.get(first["next"]).json()
    assert [told(page)[0][0] for page in (first, second)] == ["7", "12"]
    assert second["next"] is None
    assert wrong_places(visitor.get(f"{BASE}/1/difference/3?cursor={first['next'].rpartition('=')[2]}")) == ["cursor"]


def test_what_there_is_not(visitor: APIClient, corrected: Event) -> None:
    for path in ("1/difference/4", "4/difference/1", "0/difference/1", "1/difference/x", f"1/difference/{'9' * 30}"):
        assert_problem(visitor.get(f"{BASE}/{path}"), 404)
    assert wrong_places(visitor.get(f"{BASE}/1/difference/2?revision=1")) == ["revision"]


def test_as_a_table(visitor: APIClient, corrected: Event) -> None:
    response = visitor.get(f"{BASE}/1/difference/2.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode())))
    assert [(row["bib"], row["change"], row["rank_before"], row["rank_after"], row["reasons"]) for row in rows] == [
        ("7", "status", "1", "", "cut the course"),
        ("12", "improved", "2", "1", ""),
    ]
    assert rows[1]["by_others"] == "yes"


def test_who_is_hidden_now_is_in_none_of_it(visitor: APIClient, corrected: Event) -> None:
    addresses = [f"{BASE}/1/difference/2", f"{BASE}/1/difference/2.csv", f"{BASE}/1/difference/3", BASE]
    assert all("cut the course" in visitor.get(address).getvalue().decode() for address in addresses)
    tag = visitor.get(addresses[0])["ETag"]
    hide(corrected, "7")
    answer = visitor.get(addresses[0], headers={"if-none-match": tag})
    assert answer.json()["counts"]["status"] == 0
    for address in addresses:
        content = visitor.get(address).getvalue().decode()
        assert "cut the course" not in content
        assert "asked for it" not in content
        assert "Ana" not in content


def test_unchanged(visitor: APIClient, corrected: Event) -> None:
    address = f"{BASE}/1/difference/2"
    tag = visitor.get(address)["ETag"]
    assert visitor.get(address, headers={"if-none-match": tag}).status_code == 304


def test_a_frozen_event_tells_no_reasons(visitor: APIClient, event: Event) -> None:
    add_score(event, "7", "20:00")
    generate_event_ranking(event.pk)
    Event.objects.filter(pk=event.pk).update(freeze_at=timezone.now())
    change_entry(Entry.objects.get(event=event, bib="7").pk, changes={"status": Entry.Status.DSQ}, reason="a lift")
    generate_event_ranking(event.pk)
    document = visitor.get(f"{BASE}/1/difference/2").json()
    assert told(document) == [("7", "status", False, [])]
    assert document["reasons"] == []
    Event.objects.filter(pk=event.pk).update(thawed_at=timezone.now())
    assert told(visitor.get(f"{BASE}/1/difference/2").json()) == [("7", "status", False, ["a lift"])]


def test_a_private_event_is_not_there(visitor: APIClient, organiser: APIClient, corrected: Event) -> None:
    organiser.patch(f"{API}/events/race", {"visibility": "private"})
    for path in ("1/difference/2", "1/difference/2.csv"):
        assert_problem(visitor.get(f"{BASE}/{path}"), 404)
        assert organiser.get(f"{BASE}/{path}").status_code == 200


def test_the_live_variant_is_for_those_who_work_on_the_event(
    visitor: APIClient, organiser: APIClient, event: Event
) -> None:
    Event.objects.filter(pk=event.pk).update(freeze_at=timezone.now())
    for value in ("20:00", "19:00"):
        add_score(event, "7", value)
        generate_event_ranking(event.pk)
    for address in (f"{BASE}/1/difference/2?variant=live", f"{BASE}/1/difference/2.csv?variant=live"):
        assert_problem(visitor.get(address), 401)
        assert organiser.get(address)["Cache-Control"] == "private, no-cache"
    assert told(organiser.get(f"{BASE}/1/difference/2?variant=live").json()) == [("7", "score", False, [])]
    # The public knows of one more pending score, which is no other result.
    assert told(visitor.get(f"{BASE}/1/difference/2").json()) == []
