"""Seasons in the admin: everything goes through the services."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.events.models import Event
from apps.rankings.models import Ruling, Season
from apps.rankings.services import refresh_standings
from delivery.models import OutboxMessage
from tests.factories import add_entry, make_event, make_user
from tests.seasons import POINTS, make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_user("staff", is_staff=True))
    return client


def form(*rows: tuple[Season | None, Event | str, str], **fields: str) -> dict[str, Any]:
    """What the browser sends: the season's fields, and (season, event, order) for each line of its events."""
    events = [
        {
            "id": str(season.season_events.get(event=event).pk) if season and isinstance(event, Event) else "",
            "event": str(event.pk) if isinstance(event, Event) else event,
            "order": order,
            "multiplier": "1",
            "breaks_ties": "on",
        }
        for season, event, order in rows
    ]
    return {
        "name": "City Series",
        "slug": "city",
        "visibility": "public",
        "owner": "",
        "rules": json.dumps({"points": POINTS}),
        "season_events-TOTAL_FORMS": str(len(events)),
        "season_events-INITIAL_FORMS": str(sum(bool(row["id"]) for row in events)),
        **{f"season_events-{number}-{name}": text for number, row in enumerate(events) for name, text in row.items()},
        **fields,
    }


def event_ids(season: Season) -> list[int]:
    return list(season.season_events.values_list("event", flat=True))


def test_a_new_season_with_its_events_in_order(staff: Client) -> None:
    first, second = make_event(), make_event()
    answer = staff.post("/admin/rankings/season/add/", form((None, second, "20"), (None, first, "10"), (None, "", "")))
    assert answer.status_code == 302, answer.content.decode()
    season = Season.objects.get(slug="city")
    assert season.rules == {"points": POINTS}
    assert event_ids(season) == [first.pk, second.pk]
    assert OutboxMessage.objects.filter(
        task_name="rankings.refresh_standings", kwargs={"season_id": season.pk}
    ).exists()


def test_events_are_reordered_and_taken_out(staff: Client) -> None:
    first, second = make_event(), make_event()
    season = make_season()
    set_events(season, first, second)
    address = f"/admin/rankings/season/{season.pk}/change/"
    assert staff.post(address, form((season, first, "2"), (season, second, "1"))).status_code == 302
    assert event_ids(season) == [second.pk, first.pk]
    taken_out = form((season, second, "1"), (season, first, "2"), **{"season_events-0-DELETE": "on"})
    assert staff.post(address, taken_out).status_code == 302
    assert event_ids(season) == [first.pk]


def test_a_form_that_changes_nothing_asks_for_nothing(staff: Client) -> None:
    event = make_event()
    season = make_season()
    set_events(season, event)
    OutboxMessage.objects.all().delete()
    assert staff.post(f"/admin/rankings/season/{season.pk}/change/", form((season, event, "1"))).status_code == 302
    assert not OutboxMessage.objects.exists()


def test_a_refusal_is_shown_at_its_field_and_nothing_is_stored(staff: Client) -> None:
    answer = staff.post("/admin/rankings/season/add/", form(rules='{"points": {"by_place": [10, "x"]}}'))
    assert answer.status_code == 200
    assert "points.by_place.1: Input should be a valid decimal" in answer.content.decode()
    assert not Season.objects.exists()


def test_terms_of_an_event_are_set(staff: Client) -> None:
    event = make_event()
    season = set_events(make_season(), event)
    terms = {"season_events-0-multiplier": "1.5", "season_events-0-breaks_ties": ""}
    answer = staff.post(f"/admin/rankings/season/{season.pk}/change/", form((season, event, "1"), **terms))
    assert answer.status_code == 302, answer.content.decode()
    (row,) = season.season_events.all()
    assert (row.multiplier, row.breaks_ties, row.same_round) == (Decimal("1.5"), False, False)


def test_a_ruling_is_made_and_revoked_by_who_is_logged_in(staff: Client) -> None:
    event = make_event()
    participant = add_entry(event, "1", name="Ana").participant
    season = set_events(make_season(), event)
    made = {
        "season": season.pk,
        "participant": participant.pk,
        "kind": "adjustment",
        "points": "-2.5",
        "reason": "late",
    }
    answer = staff.post("/admin/rankings/ruling/add/", {**made, "reason": ""})
    assert (answer.status_code, Ruling.objects.count()) == (200, 0)
    answer = staff.post("/admin/rankings/ruling/add/", made)
    assert answer.status_code == 302, answer.content.decode()
    ruling = Ruling.objects.get()
    assert (ruling.points, ruling.reason, ruling.by and ruling.by.username) == (-250, "late", "staff")
    address = f"/admin/rankings/ruling/{ruling.pk}/change/"
    assert "-2.5" in staff.get(address).content.decode()
    assert "a reason is needed" in staff.post(address, {"revoke_reason": ""}).content.decode()
    assert staff.post(address, {"revoke_reason": "appeal"}).status_code == 302
    ruling.refresh_from_db()
    assert (ruling.revoke_reason, ruling.revoked_by and ruling.revoked_by.username) == ("appeal", "staff")
    assert staff.post(address, {"revoke_reason": "again"}).status_code == 403
    assert staff.get("/admin/rankings/ruling/").status_code == 200


@pytest.mark.parametrize("page", ["", "add/", "{}/change/"])
def test_only_staff_enter(page: str) -> None:
    season = make_season()
    client = Client()
    client.force_login(make_user())
    assert client.get(f"/admin/rankings/season/{page.format(season.pk)}").status_code == 302


def test_standings_and_notifications_are_for_looking_at(staff: Client) -> None:
    season = make_season()
    refresh_standings(season.pk)
    season.refresh_from_db()
    assert season.current_standings is not None
    standings = f"/admin/rankings/standings/{season.current_standings.pk}/change/"
    for page in ("/admin/rankings/season/", "/admin/rankings/standings/", standings):
        assert staff.get(page).status_code == 200
    assert staff.post(standings, {"revision": "7"}).status_code == 403


def test_a_draft_in_a_season_is_not_deleted(staff: Client) -> None:
    draft, other = make_event(state="draft"), make_event()
    season = make_season(draft, other)
    address = f"/admin/events/event/{draft.pk}/delete/"
    assert staff.get(address).status_code == 200
    page = staff.post(address, {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert "it is event 1 of the season City Series; take it out of there first" in page.content.decode()
    assert event_ids(season) == [draft.pk, other.pk]
    set_events(season, other)
    assert staff.post(address, {"post": "yes"}).status_code == 302
    assert not Event.objects.filter(pk=draft.pk).exists()
