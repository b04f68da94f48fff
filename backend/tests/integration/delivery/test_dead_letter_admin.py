"""Dead letters in the admin: shown, replayed and discarded by those who may."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from delivery.models import DeadLetter, OperatorAct, OutboxMessage
from tests.dead_letters import make_dead_letters
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "admin:delivery_deadletter_changelist"


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


def test_a_replay_asks_why_and_then_asks_for_the_tasks_anew(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "change_deadletter")
    asked = decide(client, "replay", letters[:2])
    assert "Replay 2 dead letters" in asked
    assert not OutboxMessage.objects.exists()
    assert "Replay: 2 dead letters." in decide(client, "replay", letters[:2], reason="mended", per_second="1")
    first, second = OutboxMessage.objects.order_by("id")
    assert [str(first.replays), str(second.replays)] == [letter.task_id for letter in letters[:2]]
    assert first.not_before is not None
    assert second.not_before is not None
    assert (second.not_before - first.not_before).total_seconds() == 1
    act = OperatorAct.objects.get()
    assert (act.who, act.action, act.count, act.reason) == ("operator", "replay", 2, "mended")
    # They wait for nobody any more.
    assert "No dead letter that waits meets this" in decide(client, "replay", letters[:2], reason="again")
    assert OutboxMessage.objects.count() == 2


def test_discarding_keeps_them_as_the_record(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter", "change_deadletter")
    assert "Discard: 1 dead letters." in decide(client, "discard", letters[:1], reason="a test")
    assert DeadLetter.objects.get(state="discarded") == letters[0]
    assert not OutboxMessage.objects.exists()


def test_who_may_only_look_cannot_decide(client: Client, letters: list[DeadLetter]) -> None:
    login(client, "view_deadletter")
    decide(client, "discard", letters, reason="no right")
    assert DeadLetter.objects.filter(state="waiting").count() == 3
    assert not OperatorAct.objects.exists()
