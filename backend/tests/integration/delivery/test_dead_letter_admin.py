"""Dead letters in the admin: shown, replayed and discarded by those who may."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from delivery.dead_letters import Selector
from delivery.models import DeadLetter, OperatorAct, OutboxMessage
from delivery.replays import order_replay
from tests.dead_letters import make_dead_letters
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "admin:delivery_deadletter_changelist"
REPLAYS = "admin:delivery_replay_changelist"


@pytest.fixture
def letters() -> list[DeadLetter]:
    return make_dead_letters(3)


def login(client: Client, *permissions: str) -> User:
    user = make_user("operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def decide(client: Client, act: str, letters: list[DeadLetter], **answer: str) -> str:
    data = {"action": act, "_selected_action": [letter.pk for letter in letters], **answer}
    return client.post(reverse(LIST), data, follow=True).text


def test_a_letter_shows_its_traceback(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter")
    assert client.get(reverse(LIST)).status_code == 200
    page = client.get(reverse("admin:delivery_deadletter_change", args=[letters[0].pk])).text
    assert "Traceback of it" in page
    assert 'name="_save"' not in page


def test_a_replay_asks_why_and_then_sends_a_canary(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "change_deadletter", "view_replay", "change_replay")
    asked = decide(client, "replay", letters[:2])
    assert "Replay 2 dead letters" in asked
    assert not OutboxMessage.objects.exists()
    done = decide(client, "replay", letters[:2], reason="mended", per_second="5", with_canary="on")
    canary = OutboxMessage.objects.get()
    assert f"waits for its canary {canary.task_id}, 5 a second, 1 dead letter still to come, by operator, " in done
    assert str(canary.replays) == letters[0].task_id
    act = OperatorAct.objects.get()
    assert (act.who, act.action, act.count, act.reason) == ("operator", "replay", 2, "mended")
    assert act.selector == {"ids": [letters[0].pk, letters[1].pk]}
    listed = client.get(reverse(REPLAYS))
    (shown,) = listed.context["cl"].result_list
    assert (shown.state, shown.replayed, shown.act.count) == ("canary", 1, 2)
    assert 'name="_save"' not in client.get(reverse("admin:delivery_replay_change", args=[shown.pk])).text


def test_a_replay_without_a_canary(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "change_deadletter")
    assert "done, 5 a second, 0 dead" in decide(client, "replay", letters[:2], reason="mended", per_second="5")
    first, second = OutboxMessage.objects.order_by("id")
    assert [str(first.replays), str(second.replays)] == [letter.task_id for letter in letters[:2]]
    assert first.not_before is not None
    assert second.not_before is not None
    assert (second.not_before - first.not_before).total_seconds() == 0.2
    # They wait for nobody any more.
    assert "No dead letter that waits meets this" in decide(client, "replay", letters[:2], reason="again")
    assert OutboxMessage.objects.count() == 2


def test_a_replay_is_stopped_with_a_reason(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_replay", "change_replay")
    replay = order_replay(Selector().choice(), who="ana", reason="mended")
    stop = {"action": "stop", "_selected_action": [replay.pk]}
    assert "Stop replays" in client.post(reverse(REPLAYS), stop).text
    replay.refresh_from_db()
    assert replay.state == "canary"
    assert (
        "stopped; not replayed: 2 dead letters"
        in client.post(reverse(REPLAYS), stop | {"reason": "no"}, follow=True).text
    )
    replay.refresh_from_db()
    assert (replay.state, replay.outcome) == ("stopped", "by operator: no")
    again = client.post(reverse(REPLAYS), stop | {"reason": "no"}, follow=True).text
    assert f"replay {replay.pk}: is stopped" in again.lower()


def test_all_that_meet_a_filter_are_more_than_a_page(client: Client) -> None:
    login(client, "view_deadletter", "change_deadletter")
    make_dead_letters(1100, fingerprint="1" * 16)
    others = make_dead_letters(2)
    address = f"{reverse(LIST)}?fingerprint={'1' * 16}"
    some = {"action": "discard", "_selected_action": [letter.pk for letter in others], "select_across": "1"}
    asked = client.post(address, some).text
    assert "Discard 1100 dead letters" in asked
    assert "and 1050 more" in asked
    assert 'name="select_across" value="1"' in asked
    assert "discarded: 1100 dead letters" in client.post(address, some | {"reason": "a test"}, follow=True).text.lower()
    assert DeadLetter.objects.filter(state="waiting").count() == 2
    assert OperatorAct.objects.get().selector == {"filter": f"fingerprint={'1' * 16}"}


def test_an_argument_is_found_by_typing(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter")
    found = client.get(reverse(LIST), {"q": "'\"event_id\": 2'"}).context["cl"].result_list
    assert list(found) == [letters[2]]


def test_discarding_keeps_them_as_the_record(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "change_deadletter")
    assert "Discard 1 dead letter<" in decide(client, "discard", letters[:1])
    assert "Discarded: 1 dead letter<" in decide(client, "discard", letters[:1], reason="a test")
    assert DeadLetter.objects.get(state="discarded") == letters[0]
    assert not OutboxMessage.objects.exists()


def test_who_may_only_look_cannot_decide(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "view_replay")
    decide(client, "discard", letters, reason="no right")
    assert DeadLetter.objects.filter(state="waiting").count() == 3
    assert not OperatorAct.objects.exists()
    replay = order_replay(Selector().choice(), who="ana", reason="mended")
    client.post(reverse(REPLAYS), {"action": "stop", "_selected_action": [replay.pk], "reason": "no right"})
    replay.refresh_from_db()
    assert replay.state == "canary"
