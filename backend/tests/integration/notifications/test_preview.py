"""The preview: what people will be told, and how many, before anything is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_entry, change_event_state, generate_event_ranking
from apps.notifications.messages import make_messages
from apps.notifications.models import Announcement, Notification
from apps.notifications.preview import PREVIEWED, make_sample
from apps.notifications.services import announce_event_ranking, change_recipient_settings
from apps.security.models import Allowance, SecurityEvent
from tests.factories import add_entry, add_score, make_event, make_user

pytestmark = pytest.mark.django_db(transaction=True)
OPENING = Announcement.Kind.EVENT_OPENING


@pytest.fixture
def owner() -> User:
    return make_user("owner")


@pytest.fixture
def race(owner: User) -> Event:
    """Closed and not published. Ana has no account, Dora's is not in use; behind them come Caio and then Bia."""
    event = make_event(slug="race", name="Harbour 10K", owner=owner, starts_at=timezone.now() + timedelta(days=1))
    dora = make_user("dora", is_active=False)
    accounts = {"Bia": make_user("bia"), "Caio": make_user("caio"), "Dora": dora}
    for bib, (name, time) in enumerate({"Ana": "21:00", "Bia": "24:00", "Caio": "23:00", "Dora": "22:00"}.items(), 1):
        add_entry(event, str(bib), name=name, user=accounts.get(name), divisions={"sex": "M" if bib == 3 else "F"})
        add_score(event, str(bib), time)
    change_event_state(event.pk, action="close", by=None)
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return event


def preview(user: User, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get("/api/v1/events/race/notifications/preview", query)


def reached(document: Any, channel: str = "inbox") -> tuple[int, dict[str, int]]:
    (one,) = [one for one in document["channels"] if one["channel"] == channel]
    return one["told"], one["not_told"]


def test_the_first_line_with_an_account_is_the_sample(race: Event, owner: User) -> None:
    document = preview(owner).json()
    assert {name: document[name] for name in ("kind", "language", "bib", "name", "has_account", "subject")} == {
        "kind": "results_published",
        "language": "en",
        "bib": "3",
        "name": "Caio",
        "has_account": True,
        "subject": "Results of Harbour 10K",
    }
    assert document["text"].splitlines() == [
        "The results are published.",
        "",
        "Caio (no. 3)",
        "Overall: 3 of 4",
        "Result: 23:00",
        "sex:M: 1 of 1",
    ]
    assert "<bdi>sex:M</bdi>" in document["html"]


def test_what_was_shown_is_what_is_sent(race: Event, owner: User) -> None:
    shown = [preview(owner, bib=bib, language="pt-br").json() for bib in ("2", "3")]
    for name in ("bia", "caio"):
        change_recipient_settings(User.objects.get(username=name).pk, changes={"language": "pt-br"})
    published = change_event_state(race.pk, action="publish", by=None)
    assert published.public_ranking is not None
    assert announce_event_ranking(published.public_ranking.pk)["told"] == 2
    sent = make_messages(list(Notification.objects.order_by("pk")))
    assert [(one["subject"], one["text"], one["html"]) for one in shown] == [
        (message.title, message.text, message.html()) for message in sent
    ]
    assert reached(shown[0]) == (len(sent), {})


def test_a_line_without_an_account_reads_the_same(race: Event, owner: User) -> None:
    """What is made for who has no account does not differ from what is made for who has."""
    with_account = preview(owner, bib="2").json()
    Participant.objects.filter(name="Bia").update(user=None)
    without = preview(owner, bib="2").json()
    assert (with_account["has_account"], without["has_account"]) == (True, False)
    assert [with_account[name] for name in ("subject", "text", "html")] == [
        without[name] for name in ("subject", "text", "html")
    ]


def test_without_any_account_the_first_line_is_the_sample(race: Event, owner: User) -> None:
    Participant.objects.update(user=None)
    document = preview(owner).json()
    assert (document["bib"], document["has_account"], document["without_account"]) == ("1", False, 4)
    assert reached(document) == (0, {})


def test_how_many_would_be_told_and_why_not_the_others(race: Event, owner: User) -> None:
    assert reached(preview(owner).json()) == (2, {})
    assert preview(owner).json()["without_account"] == 2
    caio = User.objects.get(username="caio")
    change_recipient_settings(caio.pk, changes={"all": {"inbox": False}})
    assert reached(preview(owner).json()) == (1, {"unwanted": 1})
    change_recipient_settings(caio.pk, changes={"kinds": {"results_published": {"inbox": True}}})
    assert reached(preview(owner).json()) == (2, {})
    change_entry(Entry.objects.get(event=race, bib="3").pk, changes={"standing": Entry.Standing.HIDDEN})
    assert reached(preview(owner).json()) == (1, {})


def test_it_writes_nothing(race: Event, owner: User) -> None:
    def rows() -> dict[Any, list[Any]]:
        return {
            model: list(model._default_manager.order_by("pk").values())
            for model in apps.get_models()
            if model not in (Session, Allowance)  # the second counts requests and log-ins
        }

    before = rows()
    client = Client()
    client.force_login(owner)
    for model in (User, SecurityEvent):
        before[model] = rows()[model]  # the login is noted there
    for kind in PREVIEWED:
        assert client.get("/api/v1/events/race/notifications/preview", {"kind": kind}).status_code == 200
    assert rows() == before


def test_what_is_not_shown_is_no_sample(race: Event, owner: User) -> None:
    change_entry(Entry.objects.get(event=race, bib="3").pk, changes={"standing": Entry.Standing.HIDDEN})
    assert preview(owner).json()["bib"] == "2"
    refused = preview(owner, bib="3")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"place": "bib", "reason": "no entry that is shown has the bib '3'"}]


@pytest.mark.parametrize(
    ("query", "place"), [({"kind": "ranking_failed"}, "kind"), ({"language": "de"}, "language"), ({"x": "1"}, "x")]
)
def test_what_is_not_there_is_refused_with_its_place(
    race: Event, owner: User, query: dict[str, str], place: str
) -> None:
    answer = preview(owner, **query)
    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == [place]


def test_before_there_is_a_ranking_there_is_nothing_to_see(owner: User) -> None:
    make_event(slug="race", owner=owner)
    answer = preview(owner)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["place"] == "ranking"


def test_only_who_manages_the_event_sees_it(race: Event, owner: User) -> None:
    scorer, bia, staff = make_user("scorer"), User.objects.get(username="bia"), make_user(is_staff=True)
    race.scorers.add(scorer)
    assert [preview(user).status_code for user in (scorer, bia, staff)] == [403, 403, 200]
    assert Client().get("/api/v1/events/race/notifications/preview").status_code == 401


def test_the_opening_before_it_is_told(race: Event, owner: User) -> None:
    with_account = preview(owner, kind=OPENING, bib="2").json()
    assert with_account["subject"] == "Harbour 10K starts soon"
    assert with_account["text"].splitlines()[-1] == "- Bia (no. 2), sex:F"
    assert preview(owner, kind=OPENING, bib="1").json()["text"].splitlines()[-1] == "- Ana (no. 1), sex:F"
    assert reached(with_account) == (2, {})
    Event.objects.filter(pk=race.pk).update(starts_at=None)
    assert preview(owner, kind=OPENING).json()["errors"][0]["place"] == "starts_at"


class TestPage:
    """The page of the admin."""

    @pytest.fixture
    def staff(self) -> Client:
        client = Client()
        client.force_login(make_user("operator", is_staff=True))
        return client

    def address(self, event: Event) -> str:
        return f"/admin/notifications/notification/preview/{event.pk}/"

    def test_it_shows_every_language(self, staff: Client, race: Event) -> None:
        page = staff.get(self.address(race))
        for words in (
            "Results of Harbour 10K",
            "Resultados: Harbour 10K",
            "Geral: 3 de 4",
            "What Caio (3) would read",
        ):
            assert words in page.text
        assert self.address(race) in staff.get(f"/admin/events/event/{race.pk}/change/").text

    def test_the_e_mail_is_shut_in(self, staff: Client, race: Event) -> None:
        name = '"><script>alert(1)</script>'
        Event.objects.filter(pk=race.pk).update(name=name)
        page = staff.get(self.address(race)).text
        assert '<iframe sandbox title="E-mail, English" srcdoc="&lt;!doctype html&gt;' in page
        assert "<script>alert" not in page

    def test_a_refusal_is_told(self, staff: Client, race: Event) -> None:
        assert "no entry that is shown has the bib &#x27;77&#x27;" in staff.get(self.address(race), {"bib": "77"}).text
        assert "event has no ranking yet" in staff.get(self.address(make_event())).text
        assert staff.get(self.address(race), {"kind": "nothing"}).status_code == 200

    def test_an_event_that_is_not_there_is_404(self, staff: Client) -> None:
        assert staff.get("/admin/notifications/notification/preview/4711/").status_code == 404


def test_a_preview_costs_the_same_for_any_number_of_entries(race: Event) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            make_sample(Event.objects.get(pk=race.pk), "results_published", language="en")
        return len(captured)

    before = statements()
    change_event_state(race.pk, action="reopen", by=None)
    for bib in range(10, 40):
        add_entry(race, str(bib), user=make_user())
    generate_event_ranking(race.pk)
    assert statements() == before
