"""The part of the settings by which people are told: when, by which way, and how often."""

from ipaddress import ip_network

from config.environment import env

# --- Notifications ----------------------------------------------------------------------------------------------------

# Where people find this Placar: links in messages begin with it. No slash at the end.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
# Seconds after the first, second, ... try that failed until the next one; after the last of them a message is given up.
# About half a day in all.
NOTIFICATION_RETRY_DELAYS = env.list(
    "NOTIFICATION_RETRY_DELAYS", cast=float, default=[15, 60, 300, 1200, 3600, 7200, 14400, 21600]
)
# Seconds from a correction of published results, or from new standings, until people are told: what else changes
# meanwhile is told with it. 0: at once.
NOTIFICATION_SETTLE_SECONDS = env.float("NOTIFICATION_SETTLE_SECONDS", default=60.0)

# Webhooks go to public addresses by https alone. The networks (as 10.1.0.0/16) are allowed besides, where receivers of
# the deployment's own are: whoever may have a webhook then reaches into them.
WEBHOOK_ALLOWED_NETWORKS = [ip_network(text) for text in env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])]
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)
# Empty: any port.
WEBHOOK_PORTS = env.list("WEBHOOK_PORTS", cast=int, default=[80, 443, 8080, 8443])
# Seconds for a try in all: to find the address, to connect, to send, and to read the answer.
WEBHOOK_TIMEOUT_SECONDS = env.float("WEBHOOK_TIMEOUT_SECONDS", default=10)

# Seconds to wait at least after an answer that asks to wait and does not say how long, as greylisting.
NOTIFICATION_SLOW_WAIT = env.float("NOTIFICATION_SLOW_WAIT", default=300)
# Seconds for which a worker has what it took to send; then another one takes it. A worker that was killed leaves its
# messages untouched for so long. No try to send may take longer, or it is sent twice: see EMAIL_TIMEOUT.
NOTIFICATION_LEASE = env.float("NOTIFICATION_LEASE", default=120)

# --- E-mail -----------------------------------------------------------------------------------------------------------

# EMAIL_URL: smtp+tls://USER:PASSWORD@HOST:587 (STARTTLS), smtp+ssl://...:465, smtp://HOST:25, consolemail:// (the log).
# Or a provider's API: EMAIL_BACKEND, as anymail.backends.postmark.EmailBackend, and in ANYMAIL a JSON object of its
# settings, as {"POSTMARK_SERVER_TOKEN": "..."}: https://anymail.dev/en/stable/esps/
# Without either of them there is no e-mail: each that would be sent is on record as skipped for that reason.
NO_EMAIL = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=NO_EMAIL)
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Placar <placar@localhost>")
SERVER_EMAIL = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)
# Seconds of each step (connect, greet, send); Python's own is for ever. One try takes five times as long at most,
# which must be well below NOTIFICATION_LEASE.
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=15)
# By what name the provider stands in the admin, where its rate can be changed and its pauses are seen.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="default")
# Messages a second of all workers together; none: as fast as it goes.
EMAIL_RATE_PER_SECOND = env.float("EMAIL_RATE_PER_SECOND", default=None)
# E-mails that one person gets in an hour at most; what is more comes as a digest at its end. Empty: any number.
EMAILS_PER_HOUR = env.int("EMAILS_PER_HOUR", default=6) if env.str("EMAILS_PER_HOUR", default="6") else None
ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, **env.json("ANYMAIL", default={})}
# USER:PASSWORD in the address by which the provider reports bounces and complaints, below /anymail/. Without it there
# is no such address.
if env.str("ANYMAIL_WEBHOOK_SECRET", default=""):
    ANYMAIL["WEBHOOK_SECRET"] = env.str("ANYMAIL_WEBHOOK_SECRET")
