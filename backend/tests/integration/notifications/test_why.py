"""A stranger sees in the admin why a certain person did or did not get a certain message."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.events.models import Entry
from apps.events.services import change_entry
from apps.notifications.channels.base import Outcome, Result
from apps.notifications.models import Delivery, Lane, Preference
from apps.notifications.services import announce_event_ranking, deliver_messages
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.paper import SENT, PaperChannel, lane
from tests.integration.notifications.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "/admin/notifications/announcement/why/"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_user("boss", is_staff=True))
    return client


def why(staff: Client, who: str, what: str = "") -> str:
    """The page's text."""
    answer = staff.get(WHY, {"who": who, "what": what})
    assert answer.status_code == 200
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(html.unescape(text).split())


def test_of_who_got_it(staff: Client, paper: PaperChannel) -> None:
    event = tell("ana")
    deliver_messages("paper", run_id=0)
    text = why(staff, "ana", event.slug)
    assert "ana was told on" in text
    assert "as participant" in text
    assert "in the inbox since" in text
    assert re.search(r"paper sent on .* tried: sent after \d+ ms: taken", text)


def test_of_who_got_only_a_part_of_it(staff: Client, paper: PaperChannel) -> None:
    Preference.objects.create(user=make_user("ana"), channel="paper", kind="", is_on=False, changed_by="link")
    paper.problems["bia"] = "no letter box"
    event = tell("ana", "bia", "caio")
    paper.answer = lambda _name: Result(Outcome.FINAL, "550 no such user")
    deliver_messages("paper", run_id=0)
    of_ana = why(staff, "ana", event.slug)
    assert "not sent: their preferences refuse it, or" in of_ana
    assert re.search(r"every kind by paper: off, since .* \(link\)", of_ana)
    assert "not sent: no letter box" in why(staff, "bia", event.slug)
    assert "given up after try 1: 550 no such user" in why(staff, "caio", event.slug)


def test_of_what_still_waits(staff: Client, paper: PaperChannel) -> None:
    event = tell("ana")
    assert "waits to be sent from" in why(staff, "ana", event.slug)
    paper.answer = lambda _name: Result(Outcome.RETRY, "mailbox busy")
    deliver_messages("paper", run_id=0)
    assert "last: mailbox busy" in why(staff, "ana", event.slug)
    Lane.objects.update(paused_until=timezone.now() + timedelta(days=1))
    assert "paper by post rests after failures" in why(staff, "ana", event.slug)


def test_of_a_digest(staff: Client, paper: PaperChannel) -> None:
    paper.most_per_hour = 1
    events = [tell("ana") for _time in range(3)]
    deliver_messages("paper", run_id=0)
    assert "to be sent as a digest with what comes meanwhile" in why(staff, "ana", events[1].slug)
    assert "waits for a digest" in why(staff, "ana", events[2].slug)
    Delivery.objects.filter(is_digest=True).update(due_at=timezone.now())
    deliver_messages("paper", run_id=0)
    assert re.search("paper sent on [^,]*, in a digest", why(staff, "ana", events[2].slug))


def test_of_who_was_not_told(staff: Client) -> None:
    event = make_event()
    for bib, name in enumerate(("ana", "bia", "caio"), 1):
        add_entry(event, str(bib), name=name.title(), user=make_user(name))
        add_score(event, str(bib), 1000 * bib)
    change_entry(Entry.objects.get(bib="2").pk, changes={"standing": Entry.Standing.HIDDEN})
    User.objects.filter(username="caio").update(is_active=False)
    announce_event_ranking(publish_event(event).pk)
    make_user("davi")
    assert "their entry 2 is hidden, not shown to anybody" in why(staff, "bia", event.slug)
    assert "the account is not in use" in why(staff, "caio", event.slug)
    of_davi = why(staff, "davi", event.slug)
    assert "the account is younger" in of_davi
    assert "no entry in the event belongs to their account" in of_davi
    assert "they are none of the recipients of results published" in of_davi


def test_of_who_became_a_recipient_later(staff: Client) -> None:
    event = tell("ana")
    Entry.objects.get(event=event).participant.__class__.objects.update(user=make_user("bia"))
    assert "they would be told now" in why(staff, "bia", event.slug)


def test_people_are_found_by_what_is_known_of_them(staff: Client) -> None:
    event = make_event()
    add_entry(event, "77", name="Ana Maria", user=make_user("ana", email="Ana@example.org"))
    add_entry(event, "78", name="Ana Maria", user=make_user("other"))
    add_score(event, "77", 1000)
    announce_event_ranking(publish_event(event).pk)
    for who in ("ana", "ANA@example.org", "77"):
        assert "ana was told on" in why(staff, who)
    assert "Several accounts fit Ana Maria" in why(staff, "Ana Maria")
    assert "No account fits nobody" in why(staff, "nobody")
    assert "Nothing was announced of an event or season elsewhere" in why(staff, "ana", "elsewhere")


def test_what_was_given_up_is_sent_again_from_the_list(staff: Client, paper: PaperChannel) -> None:
    paper.answer = lambda _name: Result(Outcome.FINAL, "closed")
    tell("ana", "bia")
    deliver_messages("paper", run_id=0)
    changelist = "/admin/notifications/delivery/"
    selection = {"action": "send_again", "_selected_action": list(Delivery.objects.values_list("pk", flat=True))}
    asked = staff.post(changelist, selection)
    assert "Send 2 again" in asked.content.decode()
    assert not Delivery.objects.filter(state="waiting").exists()
    staff.post(changelist, {**selection, "reason": "it was opened"})
    paper.answer = lambda _name: SENT
    deliver_messages("paper", run_id=0)
    assert sorted(paper.delivered) == ["ana", "bia"]
    page = staff.get(f"/admin/notifications/delivery/{Delivery.objects.order_by('pk')[0].pk}/change/").content.decode()
    assert "it was opened" in page
    assert "closed" in page


def test_a_lane_is_given_a_rate_and_goes_on(staff: Client) -> None:
    resting = lane(paused_until=timezone.now() + timedelta(days=1))
    page = f"/admin/notifications/lane/{resting.pk}/change/"
    refused = staff.post(page, {"rate_per_second": "-1"})
    assert "a rate is above 0" in refused.content.decode()
    assert staff.post(page, {"rate_per_second": "2.5"}).status_code == 302
    resting.refresh_from_db()
    assert (resting.rate_per_second, resting.paused_until) == (2.5, None)


def test_an_announcement_tells_how_far_it_is(staff: Client, paper: PaperChannel) -> None:
    tell("ana", "bia")
    (listed,) = re.findall(
        r"/admin/notifications/announcement/\d+/change/",
        staff.get("/admin/notifications/announcement/").content.decode(),
    )
    page = staff.get(listed).content.decode()
    assert "2 waiting by paper" in page
    link = html.unescape(re.findall(r'href="(/admin/notifications/delivery/[^"]+)"', page)[0])
    assert staff.get(link).content.decode().count("results_published ranking:") == 2
