"""The part of the settings that keeps others out: what browsers, proxies and peers must do.

https://docs.djangoproject.com/en/5.2/topics/security/
"""

from typing import Any

from csp.constants import NONE, SELF

from config.environment import env


def _limit(name: str, default: int) -> int | None:
    """A number of the environment; empty: no limit."""
    text = env.str(name, default=str(default))
    return int(text) if text else None


# --- Keys -------------------------------------------------------------------------------------------------------------

# Older values of SECRET_KEY, separated by commas, by which what is signed is still read: sessions, and links of old
# e-mails. How a key is changed without logging anybody out: docs/runbook/secrets.md.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Who is in front --------------------------------------------------------------------------------------------------

# How many proxies of the deployment's own stand in front, each of which sets X-Forwarded-For and X-Forwarded-Proto (and
# takes away what a client sent of the latter). Only so many of the addresses named there are believed, from the end;
# with 0 neither header is. Too high a number lets a client choose its own address, too low a one makes all of them one.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- HTTPS ------------------------------------------------------------------------------------------------------------

# Where people find this Placar by https, nothing of it goes without: all below follows from the one address.
IS_HTTPS = env.str("SITE_URL", default="").startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS
# Probes ask the process itself, by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
# A year. Browsers refuse plain HTTP for so long, so a first deployment may want an hour.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if IS_HTTPS else 0
# Also of all hosts below SITE_URL's own, Placar's or not: one without TLS could not be reached any more. That is for
# the owner of the domain to say, and to apply for that browsers know it from the start (preload). `check --deploy`
# would ask for both in any case.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- Cookies ----------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# A browser takes a cookie of such a name only from this very host by https, and sends it nowhere else: what runs on a
# neighbouring host cannot plant one. https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Cookies#cookie_prefixes
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
# No script of ours reads either.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Not Strict: links in e-mails to staff lead into the admin. What changes something asks for the CSRF token besides.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Seconds: a long day at an event. Django's own is two weeks; sessions are those of staff, others use tokens.
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=12 * 3600)

# --- What pages may do ------------------------------------------------------------------------------------------------

# All of it comes from here, in files: no script and no style stands within a page. Images may stand in style sheets.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Addresses tell things (the token of an unsubscription): no other site learns where somebody came from.
SECURE_REFERRER_POLICY = "same-origin"

# --- How large a request may be ---------------------------------------------------------------------------------------

# Bytes of a body but for files, which IMPORT_MAX_BYTES is for: 5,000 scores in one request are a megabyte.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Fields of a form: the longest of the admin (a season with its events) has some hundred.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
# An import is one file; no other form has any.
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# --- How often --------------------------------------------------------------------------------------------------------

# Requests a minute to the API, of one user or, without an account, of one address; all web processes count together.
# Empty: any number. A timing system sends hundreds of scores a second, each in a request of its own: this is 500 a
# second for a whole minute. Who has more sends them in bulk, 5,000 in one request.
LIMIT_WRITES = _limit("LIMIT_WRITES", 30_000)
# A hall full of spectators has one address, and each of them asks every few seconds.
LIMIT_READS = _limit("LIMIT_READS", 30_000)
# Attempts to log in. A minute from one address: a whole office begins its day at once. Checking a password takes a
# third of a second of processor on purpose, so this is also what one address can burn.
LIMIT_LOG_INS = _limit("LIMIT_LOG_INS", 60)
# Failures with one account from one address in a quarter of an hour: a person mistypes, and a script must be mended.
LIMIT_FAILURES = _limit("LIMIT_FAILURES", 10)
# Failures in an hour with one account from all addresses together from which it has never been entered before. Those
# from which it was are let in all the while, so that nobody can lock out whose account it is.
LIMIT_ACCOUNT_FAILURES = _limit("LIMIT_ACCOUNT_FAILURES", 100)
AUTHENTICATION_BACKENDS = ["apps.security.backends.GuardedBackend"]

# --- What is remembered -----------------------------------------------------------------------------------------------

# Days for which it is kept who logged in, failed to, or changed what others can be reached by.
SECURITY_EVENT_DAYS = env.int("SECURITY_EVENT_DAYS", default=400)
