"""Scores, imports and rankings in the admin: to look at; a score can be voided."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Event, ImportBatch, ImportRejection, Score
from apps.events.services import change_event_state
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def race() -> Event:
    event = make_event()
    for bib in ("7", "8"):
        add_entry(event, bib)
        add_score(event, bib, "21:40")
    return event


def void(client: Client, *scores: Score, **values: str) -> str:
    data = {"action": "void_scores", "_selected_action": [score.pk for score in scores], **values}
    return client.post("/admin/events/score/", data, follow=True).text


def test_scores_are_voided_with_a_reason(client: Client, race: Event, staff: User) -> None:
    first, second = Score.objects.order_by("id")
    assert "These scores will not count any more" in void(client, first)
    assert "This field is required" in void(client, first, reason=" ")
    assert Score.objects.filter(is_current=True).count() == 2
    void(client, first, reason="wrong gate")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_current, first.voided_by, first.void_reason) == (False, staff, "wrong gate")
    assert second.is_current


def test_each_score_that_cannot_be_voided_is_told(client: Client, race: Event) -> None:
    first, second = Score.objects.order_by("id")
    void(client, first, reason="wrong gate")
    page = void(client, first, second, reason="again")
    assert "this score does not count any more" in page
    assert not Score.objects.filter(is_current=True).exists()


def test_a_score_of_an_archived_event_is_not_voided(client: Client, race: Event) -> None:
    publish_event(race)
    change_event_state(race.pk, action="archive", by=None)
    (score, _other) = Score.objects.all()
    assert "voiding a score needs an event that is" in void(client, score, reason="late")
    score.refresh_from_db()
    assert score.is_current


def test_rejected_rows_are_read_page_by_page(client: Client, race: Event) -> None:
    batch = ImportBatch.objects.create(event=race, file_size=1, file_sha256="0" * 64, columns={}, rejected=150)
    ImportRejection.objects.bulk_create(
        ImportRejection(batch=batch, line=line, column="score", value="<b>", reason=f"reason {line}")
        for line in range(2, 152)
    )
    address = f"/admin/events/importbatch/{batch.pk}/change/"
    first, second = client.get(address).text, client.get(address, {"page": 2}).text
    assert "reason 101<" in first
    assert "reason 102<" not in first
    assert "reason 102<" in second
    assert "<td><b>" not in first
