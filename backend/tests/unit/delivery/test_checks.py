"""Settings that `check` refuses."""

import ssl
from typing import Any

import pytest
from celery import current_app
from django.core.checks import run_checks

from delivery.checks import CONSUMER_TIMEOUT

TLS_URL = "amqps://broker//"


def found(monkeypatch: pytest.MonkeyPatch, *, url: str = "", **settings: Any) -> list[str]:
    if url:  # Celery asks the environment first
        monkeypatch.setenv("CELERY_BROKER_URL", url)
    for name, value in settings.items():
        monkeypatch.setitem(current_app.conf, name, value)
    return [message.id or "" for message in run_checks() if (message.id or "").startswith("delivery.")]


def test_the_settings_as_they_are_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == []


@pytest.mark.parametrize(
    ("soft", "hard"),
    [(1500, CONSUMER_TIMEOUT), (1500, 1500), (1500, None), (None, None), (2000, 1560)],
)
def test_a_hard_time_limit_must_end_a_task_before_the_consumer_timeout(
    monkeypatch: pytest.MonkeyPatch, soft: int | None, hard: int | None
) -> None:
    assert found(monkeypatch, task_soft_time_limit=soft, task_time_limit=hard) == ["delivery.E001"]


@pytest.mark.parametrize(
    "tls",
    [
        None,
        True,
        {},
        {"cert_reqs": ssl.CERT_REQUIRED},
        {"cert_reqs": ssl.CERT_NONE, "server_hostname": None},
        {"server_hostname": "broker"},
    ],
)
def test_tls_without_a_check_of_the_hosts_name_is_refused(monkeypatch: pytest.MonkeyPatch, tls: Any) -> None:
    assert found(monkeypatch, url=TLS_URL, broker_use_ssl=tls) == ["delivery.E002"]


@pytest.mark.parametrize("host", [None, "broker"])
def test_tls_with_it_passes(monkeypatch: pytest.MonkeyPatch, host: str | None) -> None:
    tls = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host}
    assert found(monkeypatch, url=TLS_URL, broker_use_ssl=tls) == []
