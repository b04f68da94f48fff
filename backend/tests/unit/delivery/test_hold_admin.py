"""Holds in the admin: made, released, recorded, by those who may."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from delivery.holds import hold_work
from delivery.models import Hold, OperatorAct, OutboxMessage
from delivery.outbox import enqueue

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"
HOLDS = "/admin/delivery/hold/"
ACTS = "/admin/delivery/operatoract/"
EMPTY = {"queue": "", "task_name": "", "argument": "", "value": "", "until_0": "", "until_1": "", "reason": ""}


def client_of(username: str, *permissions: str) -> Client:
    """A member of staff with these permissions alone."""
    user = User.objects.create_user(username, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator() -> Client:
    return client_of("ana", "view_hold", "add_hold", "change_hold", "view_operatoract", "view_outboxmessage")


def hold(**what: Any) -> Hold:
    return hold_work(**({"queue": "events", "reason": "a wrong rule", "who": "bo"} | what))


def test_a_hold_is_made(operator: Client) -> None:
    assert operator.get(f"{HOLDS}add/").status_code == 200
    form = {"task_name": NAME, "argument": "event_id", "value": "42", "reason": "a wrong rule"}
    answer = operator.post(f"{HOLDS}add/", EMPTY | form)
    assert answer.status_code == 302
    made = Hold.objects.get()
    assert made.selector() == {"task": NAME, "argument": "event_id", "value": 42}
    assert (made.created_by, made.reason, made.until, made.released_by) == ("ana", "a wrong rule", None, "")
    act = OperatorAct.objects.get()
    assert (act.who, act.action, act.selector["hold"]) == ("ana", "hold", made.pk)
    assert operator.get(f"{HOLDS}{made.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"queue": "events"}, "This field is required"),
        ({"reason": "x"}, "needs either a queue, or a task name or an argument"),
        ({"queue": "events", "task_name": NAME, "reason": "x"}, "needs either a queue"),
        ({"queue": "event", "reason": "x"}, "event is not one of the available choices"),
        ({"argument": "event_id", "value": "x", "reason": "x"}, "Enter a valid JSON"),
        ({"argument": "event_id", "reason": "x"}, "an argument needs a value"),
        ({"queue": "events", "until_0": "2020-01-01", "until_1": "00:00", "reason": "x"}, "is past"),
    ],
)
def test_what_makes_no_sense_is_shown_again_with_its_reason(
    operator: Client, form: dict[str, str], reason: str
) -> None:
    answer = operator.post(f"{HOLDS}add/", EMPTY | form)
    assert answer.status_code == 200
    assert reason in answer.content.decode()
    assert not Hold.objects.exists()


def test_holds_are_released_with_a_reason(operator: Client) -> None:
    holds = [hold(), hold(queue="rankings")]
    chosen = {"action": "release_holds", "_selected_action": [each.pk for each in holds]}
    page = operator.post(HOLDS, chosen).content.decode()
    assert "queue rankings" in page
    assert Hold.objects.active().count() == 2
    for reason in ("", "mended"):
        operator.post(HOLDS, chosen | {"reason": reason})
        assert Hold.objects.active().exists() == (not reason)
    assert set(Hold.objects.values_list("released_by", flat=True)) == {"ana"}
    acts = OperatorAct.objects.filter(action="release").order_by("id")
    assert [(act.who, act.reason, act.selector["hold"]) for act in acts] == [
        ("ana", "mended", each.pk) for each in holds
    ]
    answer = operator.post(HOLDS, chosen | {"reason": "again"}, follow=True)
    assert "was released by ana" in answer.content.decode()
    assert OperatorAct.objects.filter(action="release").count() == 2


def test_the_lists_tell_what_is_held_and_what_was_done(operator: Client) -> None:
    enqueue(NAME, {"event_id": 1})
    made = hold(reason="a wrong rule")
    assert "a wrong rule" in operator.get(HOLDS).content.decode()
    assert "1 hold" in operator.get(f"{HOLDS}?active=yes").content.decode()
    assert "0 holds" in operator.get(f"{HOLDS}?active=no").content.decode()
    assert "a wrong rule" in operator.get(ACTS).content.decode()
    outbox = operator.get("/admin/delivery/outboxmessage/").content.decode()
    assert f'<td class="field-state">waiting, hold {made.pk}</td>' in outbox
    assert OutboxMessage.objects.count() == 1


def test_nobody_edits_or_deletes_a_hold_or_an_act() -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    made = hold()
    act = OperatorAct.objects.get()
    for address in (f"{HOLDS}{made.pk}", f"{ACTS}{act.pk}"):
        assert root.get(f"{address}/change/").status_code == 200
        assert root.post(f"{address}/change/", EMPTY | {"queue": "rankings", "reason": "x"}).status_code == 403
        assert root.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert root.get(f"{ACTS}add/").status_code == 403


def test_who_may_only_look_makes_and_releases_nothing() -> None:
    looker = client_of("eva", "view_hold")
    made = hold()
    assert looker.get(HOLDS).status_code == 200
    assert looker.post(f"{HOLDS}add/", EMPTY | {"queue": "events", "reason": "x"}).status_code == 403
    looker.post(HOLDS, {"action": "release_holds", "_selected_action": [made.pk], "reason": "x"})
    assert list(Hold.objects.active()) == [made]


def test_who_may_make_holds_may_not_release_them() -> None:
    maker = client_of("eva", "view_hold", "add_hold")
    assert maker.post(f"{HOLDS}add/", EMPTY | {"queue": "events", "reason": "x"}).status_code == 302
    made = Hold.objects.get()
    maker.post(HOLDS, {"action": "release_holds", "_selected_action": [made.pk], "reason": "x"})
    assert list(Hold.objects.active()) == [made]


def test_staff_without_permissions_and_strangers_see_nothing() -> None:
    hold()
    for address in (HOLDS, f"{HOLDS}add/", ACTS):
        assert client_of(f"staff of {address}").get(address).status_code == 403
        assert Client().get(address).status_code == 302
