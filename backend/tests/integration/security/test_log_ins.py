"""Who fails to log in too often has to wait, and nobody can make others wait."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.security.allowances import forget_leases
from apps.security.models import Allowance, SecurityEvent
from tests.factories import make_user
from tests.integration.api.clients import API, assert_problem

pytestmark = pytest.mark.django_db
ATTACKER, HOME, ELSEWHERE = "203.0.113.9", "198.51.100.7", "198.51.100.8"
Kind = SecurityEvent.Kind


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LIMIT_LOG_INS, settings.LIMIT_FAILURES, settings.LIMIT_ACCOUNT_FAILURES = 12, 3, 6
    forget_leases()
    yield
    forget_leases()


@pytest.fixture
def ana(db: None) -> User:
    return make_user("ana", is_staff=True)


def ask_token(password: str, address: str = HOME, username: str = "ana", **headers: str) -> Any:
    body = {"username": username, "password": password}
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post(f"{API}/token", body, content_type="application/json")


def log_in(password: str, address: str = HOME, username: str = "ana") -> Any:
    return Client(REMOTE_ADDR=address).post("/admin/login/", {"username": username, "password": password})


def test_failures_of_one_address_with_one_account_are_limited_in_both_entrances(ana: User) -> None:
    assert_problem(ask_token("wrong"), 422)
    assert log_in("wrong").status_code == 200
    assert_problem(ask_token("wrong"), 422)
    refused = ask_token("secret")
    assert_problem(refused, 429)
    assert 890 <= int(refused["Retry-After"]) <= 900
    page = log_in("secret")
    assert page.status_code == 429
    assert int(page["Retry-After"]) <= 900
    assert "Please try again in 15 minutes." in page.content.decode()


def test_a_refused_attempt_checks_no_password(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        ask_token("wrong")
    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", pytest.fail)
    assert_problem(ask_token("secret"), 429)


def test_success_does_not_count(ana: User) -> None:
    for _ in range(3):
        assert ask_token("wrong").status_code == 422
        assert ask_token("secret", ELSEWHERE).status_code == 200
    for _ in range(8):
        assert ask_token("secret", ELSEWHERE).status_code == 200


def test_one_address_may_not_try_many_accounts(ana: User) -> None:
    answers = [ask_token("wrong", username=f"user-{number}").status_code for number in range(15)]
    assert answers == [422] * 12 + [429] * 3
    assert_problem(ask_token("secret", ATTACKER, username="nobody"), 422)


def test_many_addresses_may_not_try_one_account_and_its_owner_is_let_in(ana: User) -> None:
    assert ask_token("secret", HOME).status_code == 200
    answers = [ask_token("wrong", f"203.0.113.{number}").status_code for number in range(9)]
    assert answers == [422] * 6 + [429] * 3
    # Another address that was never seen has to wait, even with the password; where the owner has been does not.
    assert_problem(ask_token("secret", ELSEWHERE), 429)
    assert ask_token("secret", HOME).status_code == 200
    assert log_in("secret", HOME).status_code == 302


def test_waiting_ends(ana: User) -> None:
    for _ in range(4):
        ask_token("wrong")
    Allowance.objects.update(ends_at=0)
    forget_leases()
    assert ask_token("secret").status_code == 200


def test_another_process_knows_of_it(ana: User) -> None:
    for _ in range(3):
        ask_token("wrong")
    forget_leases()  # as one that has just started
    assert_problem(ask_token("secret"), 429)


@pytest.mark.parametrize("claimed", ["192.0.2.1", "garbage", "192.0.2.1, 192.0.2.2", "::1", ""])
def test_without_a_proxy_a_header_names_nobody(ana: User, claimed: str) -> None:
    for number in range(3):
        ask_token("wrong", **{"X-Forwarded-For": claimed or f"192.0.2.{number}"})
    assert_problem(ask_token("secret"), 429)
    assert set(SecurityEvent.objects.values_list("address", flat=True)) == {HOME}


def test_behind_a_proxy_the_last_address_counts(ana: User, settings: Any) -> None:
    settings.PROXY_COUNT = 1
    for number in range(3):
        ask_token("wrong", "10.0.0.1", **{"X-Forwarded-For": f"192.0.2.{number}, {ATTACKER}"})
    assert_problem(ask_token("secret", "10.0.0.1", **{"X-Forwarded-For": ATTACKER}), 429)
    assert ask_token("secret", "10.0.0.1", **{"X-Forwarded-For": HOME}).status_code == 200


def test_all_addresses_of_a_network_of_version_6_are_one(ana: User) -> None:
    for number in range(3):
        ask_token("wrong", f"2001:db8:1:2::{number}")
    assert_problem(ask_token("secret", "2001:db8:1:2:ffff::1"), 429)
    assert ask_token("secret", "2001:db8:1:3::1").status_code == 200


def test_what_happened_is_remembered(ana: User) -> None:
    ask_token("wrong")
    ask_token("hunter2", username="my-password-by-mistake")
    ask_token("secret")
    client = Client(REMOTE_ADDR=HOME)
    client.post("/admin/login/", {"username": "ana", "password": "secret"})
    client.post("/admin/logout/")
    for _ in range(5):
        ask_token("wrong", ATTACKER)
    told = list(SecurityEvent.objects.order_by("pk").values_list("kind", "username", "address"))
    assert told == [
        (Kind.LOG_IN_FAILED, "ana", HOME),
        (Kind.LOG_IN_FAILED, "", HOME),
        (Kind.TOKEN_MADE, "ana", HOME),
        (Kind.LOGGED_IN, "ana", HOME),
        (Kind.LOGGED_OUT, "ana", HOME),
        *[(Kind.LOG_IN_FAILED, "ana", ATTACKER)] * 3,
        (Kind.LOG_IN_REFUSED, "ana", ATTACKER),
    ]


@pytest.mark.parametrize("username", ["a\0b", "\ud800", "x" * 5000, "", "' OR 1=1 --", "\u202eana", "ana\r\nX: y"])
def test_any_name_is_answered(ana: User, username: str) -> None:
    assert ask_token("wrong", username=username).status_code == 422
    form = username.encode("utf-8", "replace").decode()
    assert log_in("wrong", username=form).status_code == 200


def test_a_flood_of_names_stays_small(ana: User, settings: Any) -> None:
    """Neither what is counted nor what is remembered grows with what one address sends."""
    for number in range(30):
        ask_token("wrong", ATTACKER, username=f"user-{number}")
    assert Allowance.objects.count() < 30
    assert SecurityEvent.objects.count() == 13


def test_counters_of_the_past_go(ana: User) -> None:
    Allowance.objects.bulk_create(Allowance(key=f"old-{number}", used=1, ends_at=1) for number in range(50))
    for number in range(3):
        ask_token("wrong", username=f"user-{number}")
    assert not Allowance.objects.filter(key__startswith="old").exists()


def test_events_of_the_past_go(ana: User, settings: Any) -> None:
    ask_token("wrong")
    settings.SECURITY_EVENT_DAYS = 0
    ask_token("wrong")
    assert SecurityEvent.objects.count() == 0
