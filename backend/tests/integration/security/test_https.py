"""What follows from SITE_URL being https, and from PROXY_COUNT."""

import os
import runpy
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from tests.processes import BACKEND


def settings_of(**environment: str) -> dict[str, Any]:
    """The part of the settings as a process with that environment has it."""
    with patch.dict(os.environ, environment):
        return runpy.run_path(str(BACKEND / "config" / "security_settings.py"))


def test_by_https_cookies_are_of_this_host_alone() -> None:
    found = settings_of(SITE_URL="https://placar.example.org", PROXY_COUNT="1")
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY")
    assert all(found[name] for name in (*names, "SECURE_SSL_REDIRECT"))
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    # Other hosts of the domain are nobody's to close but its owner's.
    assert not found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert not found["SECURE_HSTS_PRELOAD"]
    assert settings_of(SITE_URL="https://placar.example.org", HSTS_SUBDOMAINS="true")["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    # A browser takes a cookie of such a name for the whole host and no other only.
    assert not {"SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SESSION_COOKIE_PATH"} & set(found)


def test_without_it_nothing_is_asked_of_who_tries_placar() -> None:
    found = settings_of(SITE_URL="http://localhost:8000", PROXY_COUNT="0")
    assert (found["SESSION_COOKIE_NAME"], found["SECURE_SSL_REDIRECT"]) == ("sessionid", False)
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert "SECURE_PROXY_SSL_HEADER" not in found


@pytest.mark.parametrize(("text", "limit"), [("", None), ("5", 5)])
def test_an_empty_limit_is_none(text: str, limit: int | None) -> None:
    assert settings_of(LIMIT_WRITES=text)["LIMIT_WRITES"] == limit


@pytest.mark.django_db
def test_plain_http_is_sent_to_https_but_for_probes(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 100
    assert Client().get("/admin/")["Location"] == "https://testserver/admin/"
    assert Client().get("/health/live").status_code == 200
    assert Client().get("/", headers={"X-Forwarded-Proto": "https"}).status_code == 301
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    by_tls = Client().get("/", headers={"X-Forwarded-Proto": "https"})
    assert by_tls.status_code == 200
    assert by_tls["Strict-Transport-Security"] == "max-age=100"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/admin/login/", "/nothing", "/api/v1/events", "/api/nothing"])
def test_every_answer_has_its_headers(address: str) -> None:
    response = Client().get(address)
    policy = response["Content-Security-Policy"].split("; ")  # in any order
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
