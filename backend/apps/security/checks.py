"""What no deployment may have, and what it should not.

The errors keep every process from starting, also those that are told to skip Django's checks: see `apps.py`. A
deployment is what answers to another name than this machine's own (ALLOWED_HOSTS), so that a first start, the tests and
`make run` need no environment; all processes of a deployment have the same one. By any other name, with a dot in it or
not, a neighbour may ask.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error

# `backend` is what other containers of docker-compose.yml call it, `testserver` what Django's tests do.
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", ".localhost", "testserver", "backend"})
LEAST_KEY_LENGTH, LEAST_KEY_CHARACTERS = 50, 5  # Django's own measure of a key, which is only a warning there
WELL_KNOWN = frozenset({"", "guest", "placar", "password", "postgres", "changeme", "change-me", "secret", "admin"})
VERIFIED = frozenset({"verify-full"})


def is_deployment() -> bool:
    """Whether others reach this Placar, or are meant to."""
    return not LOCAL_HOSTS.issuperset(settings.ALLOWED_HOSTS)


def check_secrets(**_kwargs: Any) -> list[CheckMessage]:
    """Secrets that everybody knows."""
    return [*_secrets(), *_openness()] if is_deployment() else []


def check_connections(**_kwargs: Any) -> list[CheckMessage]:
    """Of a deployment (`check --deploy`): what goes over a network goes by TLS, with the other end's name verified."""
    return list(_connections())


def _secrets() -> Iterator[CheckMessage]:
    key = str(settings.SECRET_KEY)
    if key.startswith("django-insecure-") or len(key) < LEAST_KEY_LENGTH or len(set(key)) < LEAST_KEY_CHARACTERS:
        hint = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        text = f"SECRET_KEY is the default, empty, or shorter than {LEAST_KEY_LENGTH} characters."
        yield Error(text, hint=hint, id="security.E001")
    for name, url in (*_brokers(), *_management()):
        if url.scheme != "memory" and (url.username == "guest" or unquote(url.password or "") in WELL_KNOWN):
            text = f"{name} has the account guest, or a password that everybody knows."
            yield Error(text, hint="RabbitMQ's own account is for its own machine alone.", id="security.E004")
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        host, password = settings.DATABASES["default"]["HOST"], settings.DATABASES["default"]["PASSWORD"]
        # Without a host, or below a path, it is a socket of this machine, whose users PostgreSQL knows by themselves.
        if host and not host.startswith("/") and password in WELL_KNOWN:
            yield Error("DATABASE_URL has a password that everybody knows, or none.", id="security.E005")


def _openness() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        hint = "Its pages of errors show the settings to whoever meets one. Set DEBUG=false."
        yield Error("DEBUG is on, and ALLOWED_HOSTS has a host that others reach.", hint=hint, id="security.E002")
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Links would lead to whatever host a request names. Name the hosts."
        yield Error("ALLOWED_HOSTS has '*'.", hint=hint, id="security.E003")


def _connections() -> Iterator[CheckMessage]:
    for name, url in (*_brokers(), *_management()):
        if url.scheme in ("amqp", "http") and is_remote(url.hostname or ""):
            hint = "amqps:// and https://, with BROKER_CA_FILE if the authority is one's own."
            yield checks.Warning(f"{name} asks {url.hostname} without TLS.", hint=hint, id="security.W001")
    database = settings.DATABASES["default"]
    if is_remote(database.get("HOST", "")) and database.get("OPTIONS", {}).get("sslmode") not in VERIFIED:
        text = f"DATABASE_URL asks {database['HOST']} without TLS that verifies its name."
        yield checks.Warning(text, hint="?sslmode=verify-full&sslrootcert=/path/to/ca.pem", id="security.W002")
    if not settings.IS_HTTPS:
        text = "SITE_URL is not https: passwords, tokens and sessions can be read on the way."
        yield checks.Warning(text, id="security.W003")
    elif not settings.PROXY_COUNT:
        text = (
            "SITE_URL is https, and PROXY_COUNT is 0: nothing says that a request came by TLS, so each is redirected."
        )
        yield checks.Warning(text, hint="PROXY_COUNT=1 behind one proxy that ends TLS.", id="security.W004")


def is_remote(host: str) -> bool:
    """Whether a network lies in between. A name without a dot is that of a container on the same machine."""
    if not host or host.startswith("/") or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return "." in host


def _brokers() -> Iterator[tuple[str, Any]]:
    for url in settings.CELERY_BROKER_URL.split(";"):
        yield "CELERY_BROKER_URL", urlsplit(url.strip())


def _management() -> Iterator[tuple[str, Any]]:
    """Not where there is no broker to manage; and whoever never manages it has no address of it."""
    if not settings.CELERY_BROKER_URL.startswith("memory:"):
        for url in filter(None, settings.BROKER_MANAGEMENT_URL.split(";")):
            yield "BROKER_MANAGEMENT_URL", urlsplit(url.strip())
