"""No process of a deployment starts with a secret that everybody knows."""

import os
import subprocess
import sys
from typing import Any

import pytest

from apps.security.checks import check_connections, check_secrets
from tests.processes import BACKEND, PATIENCE_SECONDS

# DATABASES is only looked at here, and no connection is made by it.
pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
PASSWORD = "yu7Q-2mPz_8Kd1"
# All that a deployment must say of itself.
PRODUCTION = {
    "SECRET_KEY": "3kP-9x_Vq7bN2mZ8wR5tY1uJ4hG6fD0sA-cE_iOlKjHgFdSaQw",
    "ALLOWED_HOSTS": "placar.example.org",
    "SITE_URL": "https://placar.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://placar.example.org",
    "PROXY_COUNT": "1",
    "DATABASE_URL": f"postgres://web:{PASSWORD}@db.example.org/placar?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "CELERY_BROKER_URL": f"amqps://web:{PASSWORD}@broker-1.example.org:5671//;amqps://web:{PASSWORD}@broker-2.example.org//",
    "BROKER_MANAGEMENT_URL": f"https://ops:{PASSWORD}@broker-1.example.org:15671",
    "EMAIL_URL": "smtp+tls://web:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Placar <results@example.org>",
}


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of ours with that environment and nothing of the test's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command,
        cwd=BACKEND,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


# Whether hosts below this one are told to use TLS as well is their owner's decision, which two checks would ask for.
@pytest.mark.parametrize(("environment", "silenced"), [({}, 2), ({"HSTS_SUBDOMAINS": "true"}, 0)])
def test_production_settings_pass_all_checks_without_a_warning(environment: dict[str, str], silenced: int) -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    checked = run(check, **PRODUCTION, **environment)
    assert (checked.returncode, checked.stdout.strip()) == (
        0,
        f"System check identified no issues ({silenced} silenced).",
    ), checked.stderr


def test_no_process_starts_with_a_known_secret() -> None:
    """The web server, which runs none of Django's checks; the others are in fuzz/test_processes.py."""
    refused = run([sys.executable, "-c", "import config.wsgi"], **{**PRODUCTION, "SECRET_KEY": "too-short"})
    assert refused.returncode != 0
    assert "security.E001" in refused.stderr


@pytest.fixture
def deployment(settings: Any) -> Any:
    """The settings of PRODUCTION, as far as the checks read them."""
    for name in ("SECRET_KEY", "CELERY_BROKER_URL", "BROKER_MANAGEMENT_URL"):
        setattr(settings, name, PRODUCTION[name])
    settings.ALLOWED_HOSTS, settings.IS_HTTPS, settings.PROXY_COUNT = ["placar.example.org"], True, 1
    settings.DATABASES = {"default": database()}
    return settings


def database(**changes: Any) -> dict[str, Any]:
    verified = {"sslmode": "verify-full"}
    given = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example.org", "PASSWORD": PASSWORD}
    return given | {"OPTIONS": verified} | changes


def ids() -> list[str | None]:
    return [found.id for found in (*check_secrets(), *check_connections())]


def test_what_is_right_is_found_right(deployment: Any) -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("SECRET_KEY", "django-insecure-for-local-use-only-set-SECRET_KEY-in-a-deployment", ["security.E001"]),
        ("SECRET_KEY", "k3y" * 16, ["security.E001"]),
        ("SECRET_KEY", "a" * 60, ["security.E001"]),
        ("DEBUG", True, ["security.E002"]),
        ("ALLOWED_HOSTS", ["*"], ["security.E003"]),
        ("ALLOWED_HOSTS", ["placar.example.org", "*"], ["security.E003"]),
        ("CELERY_BROKER_URL", "amqps://guest:Xk9-pQ2w@broker.example.org//", ["security.E004"]),
        ("CELERY_BROKER_URL", "amqps://web:guest@broker.example.org//", ["security.E004"]),
        (
            "CELERY_BROKER_URL",
            PRODUCTION["CELERY_BROKER_URL"] + ";amqps://guest:guest@b.example.org",
            ["security.E004"],
        ),
        ("CELERY_BROKER_URL", "amqp://guest:guest@rabbitmq:5672//", ["security.E004"]),
        ("CELERY_BROKER_URL", f"amqp://web:{PASSWORD}@rabbitmq:5672//", []),
        ("CELERY_BROKER_URL", f"amqp://web:{PASSWORD}@127.0.0.1:5672//", []),
        ("CELERY_BROKER_URL", f"amqp://web:{PASSWORD}@10.0.0.7:5672//", ["security.W001"]),
        ("CELERY_BROKER_URL", f"amqp://web:{PASSWORD}@broker.example.org//", ["security.W001"]),
        ("BROKER_MANAGEMENT_URL", "http://guest:guest@rabbitmq:15672", ["security.E004"]),
        ("BROKER_MANAGEMENT_URL", f"http://web:{PASSWORD}@broker.example.org:15672", ["security.W001"]),
        ("BROKER_MANAGEMENT_URL", "", []),
        ("DATABASES", {"default": database(PASSWORD="placar")}, ["security.E005"]),
        ("DATABASES", {"default": database(PASSWORD="")}, ["security.E005"]),
        ("DATABASES", {"default": database(HOST="", PASSWORD="")}, []),
        ("DATABASES", {"default": database(OPTIONS={})}, ["security.W002"]),
        ("DATABASES", {"default": database(OPTIONS={"sslmode": "require"})}, ["security.W002"]),
        ("DATABASES", {"default": database(HOST="postgres", OPTIONS={})}, []),
        ("IS_HTTPS", False, ["security.W003"]),
        ("PROXY_COUNT", 0, ["security.W004"]),
    ],
)
def test_each_mistake_is_found(deployment: Any, name: str, value: Any, found: list[str]) -> None:
    setattr(deployment, name, value)
    assert ids() == found


@pytest.mark.parametrize("hosts", [["localhost", "127.0.0.1", "[::1]"], [], ["localhost", "backend"]])
def test_a_machine_of_ones_own_needs_no_secret(deployment: Any, hosts: list[str]) -> None:
    deployment.ALLOWED_HOSTS, deployment.SECRET_KEY, deployment.DEBUG = hosts, "", True
    assert check_secrets() == []


@pytest.mark.parametrize(
    "host", ["[2001:db8::5]", "10.0.0.5", "placar", "intranet", ".example.org", "placar.example.org"]
)
def test_what_others_reach_needs_one(deployment: Any, host: str) -> None:
    deployment.ALLOWED_HOSTS, deployment.SECRET_KEY = ["localhost", host], "too-short"
    assert [found.id for found in check_secrets()] == ["security.E001"]
