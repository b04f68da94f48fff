"""E-mail by the environment of a deployment, as a process of its own reads it."""

import json
import os
import subprocess
import sys

import pytest

from tests.processes import BACKEND

SHOWN = (
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "EMAIL_TIMEOUT",
    "ANYMAIL",
    "EMAIL_HOST_PASSWORD",
)
SCRIPT = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {SHOWN!r}}}))
"""
POSTMARK = {
    "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend",
    "ANYMAIL": '{"POSTMARK_SERVER_TOKEN": "t"}',
    "ANYMAIL_WEBHOOK_SECRET": "u:p",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BACKEND,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def read(**environment: str) -> dict[str, object]:
    settings: dict[str, object] = json.loads(manage("shell", "-v", "0", "-c", SCRIPT, **environment).stdout)
    return settings


def test_a_mail_server_by_its_url() -> None:
    settings = read(EMAIL_URL="smtp+tls://ana:p%40ss@mail.example.com:587", EMAIL_TIMEOUT="7")
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert (settings["EMAIL_USE_TLS"], settings["EMAIL_TIMEOUT"]) == (True, 7.0)
    assert settings["EMAIL_HOST_PASSWORD"] == "p@ss"


def test_a_provider_by_its_backend() -> None:
    settings = read(**POSTMARK)
    assert settings["EMAIL_BACKEND"] == POSTMARK["EMAIL_BACKEND"]
    assert settings["ANYMAIL"] == {"REQUESTS_TIMEOUT": 15.0, "POSTMARK_SERVER_TOKEN": "t", "WEBHOOK_SECRET": "u:p"}


@pytest.mark.parametrize(
    ("environment", "is_warned"), [({}, True), ({"EMAIL_URL": "smtp://localhost:25"}, False), (POSTMARK, False)]
)
def test_a_deployment_without_email_is_warned(environment: dict[str, str], is_warned: bool) -> None:
    assert ("notifications.W001" in manage("check", "--deploy", **environment).stderr) == is_warned


def test_a_timeout_that_outlasts_the_claim_is_refused() -> None:
    refused = manage("check", EMAIL_TIMEOUT="30")
    assert refused.returncode == 1
    assert "EMAIL_TIMEOUT must be 18 at most" in refused.stderr
