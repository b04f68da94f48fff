"""Leaving by the link of an e-mail: with one click, from its page, and back again."""

import pytest
from django.contrib.auth.models import User
from django.core.signing import Signer
from django.test import Client

from apps.notifications.models import Preference, RecipientSettings
from apps.notifications.unsubscribing import Subscription, token_of
from tests.factories import make_user
from tests.integration.notifications.mailing import delivery_of, mailing, run, runner, tell

pytestmark = pytest.mark.django_db(transaction=True)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
KIND = "results_published"


@pytest.fixture
def ana() -> User:
    return runner("ana")


@pytest.fixture
def link(ana: User) -> str:
    return f"/unsubscribe/{token_of(Subscription(ana.pk, KIND, 'email'))}"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def preferences(user: User) -> dict[str, tuple[bool, str]]:
    rows = Preference.objects.filter(user=user, channel="email")
    return {one.kind: (one.is_on, one.changed_by) for one in rows}


def test_the_link_of_an_email_stops_the_next_one(ana: User, browser: Client) -> None:
    with mailing() as server:
        tell(ana)
        run()
        (message,) = server.messages()
        link = message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
        assert browser.post(link, ONE_CLICK).status_code == 200
        tell(ana, name="Second race")
        run()
    assert len(server.recipients) == 1
    assert ana.notifications.order_by("pk").last().deliveries.get().reason == "unwanted"  # type: ignore[union-attr]


def test_looking_changes_nothing(ana: User, link: str, browser: Client) -> None:
    for method in (browser.get, browser.head, browser.options):
        assert method(link).status_code == 200
    assert preferences(ana) == {}
    assert "Stop these e-mails" in browser.get(link).text


def test_one_click_leaves_at_once(ana: User, link: str, browser: Client) -> None:
    for _time in range(2):
        answer = browser.post(link, ONE_CLICK)
        assert (answer.status_code, answer.cookies) == (200, {})
        assert preferences(ana) == {KIND: (False, "link")}


def test_what_waits_to_be_sent_is_not_sent_any_more(ana: User, link: str, browser: Client) -> None:
    with mailing() as server:
        tell(ana)
        browser.post(link, ONE_CLICK)
        run()
    assert server.recipients == []
    assert (delivery_of(ana).state, delivery_of(ana).reason) == ("skipped", "unwanted")


def test_from_the_page_one_leaves_and_comes_back(ana: User, link: str, browser: Client) -> None:
    answer = browser.post(link, {"what": "leave"}, follow=True)
    assert answer.redirect_chain == [(link, 303)]
    assert "no more e-mails of this kind" in answer.text
    answer = browser.post(link, {"what": "come_back"}, follow=True)
    assert "Stop these e-mails" in answer.text
    assert preferences(ana) == {KIND: (True, "link")}


def test_from_the_page_one_leaves_everything_and_comes_back(ana: User, link: str, browser: Client) -> None:
    for kind, is_on in (("event_opening", True), ("status_changed", False)):
        Preference.objects.create(user=ana, channel="email", kind=kind, is_on=is_on, changed_by="settings")
    answer = browser.post(link, {"what": "leave_all"}, follow=True)
    assert "no e-mails of any kind" in answer.text
    assert not any(is_on for is_on, _by in preferences(ana).values())
    browser.post(link, {"what": "come_back"})
    assert preferences(ana) == {
        KIND: (True, "link"),
        "event_opening": (True, "link"),
        "status_changed": (False, "settings"),
    }


def test_other_channels_and_people_are_left_alone(ana: User, link: str, browser: Client) -> None:
    bia = make_user("bia")
    for user, channel in ((ana, "inbox"), (bia, "email")):
        Preference.objects.create(user=user, channel=channel, kind=KIND, is_on=True, changed_by="settings")
    browser.post(link, {"what": "leave_all"})
    assert Preference.objects.filter(changed_by="settings", is_on=True).count() == 2


def test_what_else_is_posted_changes_nothing(ana: User, link: str, browser: Client) -> None:
    assert browser.post(link, {"what": "everything"}).status_code == 400
    assert browser.post(link).status_code == 400
    assert preferences(ana) == {}


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: f"9{token}", lambda _token: "x"])
def test_a_link_that_nobody_signed_is_none(ana: User, link: str, browser: Client, change: object) -> None:
    broken = "/unsubscribe/" + change(link.removeprefix("/unsubscribe/"))  # type: ignore[operator]
    for answer in (browser.get(broken), browser.post(broken, ONE_CLICK)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert preferences(ana) == {}


def test_a_signature_for_something_else_is_none(ana: User, browser: Client) -> None:
    other = Signer(salt="something else", sep=".").sign(f"{ana.pk}.{KIND}.email")
    assert browser.post(f"/unsubscribe/{other}", ONE_CLICK).status_code == 404


def test_the_link_of_an_account_that_is_gone_is_none(ana: User, link: str, browser: Client) -> None:
    ana.delete()
    assert browser.get(link).status_code == 404


def test_the_page_names_nobody_and_speaks_the_language_of_its_owner(ana: User, link: str, browser: Client) -> None:
    RecipientSettings.objects.create(user=ana, language="pt-br")
    page = browser.get(link).text
    assert '<html lang="pt-br">' in page
    assert "ana" not in page.lower().replace("canal", "").split()
    assert ana.email not in page
