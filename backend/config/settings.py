"""Django's settings. Every value that a deployment must change comes from the environment.

https://docs.djangoproject.com/en/5.2/ref/settings/
"""

import os
import ssl
import warnings

from kombu import Exchange, Queue

from config.database_settings import *  # noqa: F403 (each part holds settings alone)
from config.environment import BASE_DIR, env, url
from config.notification_settings import *  # noqa: F403
from config.observability_settings import *  # noqa: F403
from config.security_settings import *  # noqa: F403

# --- Django -----------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# No deployment starts with this default: apps.security.checks.
SECRET_KEY = env.str("SECRET_KEY", default="") or "django-insecure-for-local-use-only-set-SECRET_KEY-in-a-deployment"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_celery_beat",
    "django_celery_results",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "delivery",
    "apps.security",
    "apps.events",
    "apps.rankings",
    "apps.notifications",
]
# The commands new_app and new_task. No image has them: they are for those who write code.
if (BASE_DIR / "makers").is_dir():
    INSTALLED_APPS.append("makers")

MIDDLEWARE = [
    "delivery.health.middleware.HealthMiddleware",
    "telemetry.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.security.middleware.LargeBodyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.security.middleware.TooManyMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

# The language of those who have chosen none. Messages to people exist in these languages.
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", "English"), ("pt-br", "Português do Brasil")]
TIME_ZONE = env.str("TIME_ZONE", default="America/Sao_Paulo")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Serves the apps' own static files where collectstatic was never run (make run, tests).
WHITENOISE_USE_FINDERS = True
# There the folder is missing, which is meant, and WhiteNoise warns of it in every process.
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Imports ----------------------------------------------------------------------------------------------------------

# The largest file of scores that is taken in, in bytes.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=256 * 1024 * 1024)

# --- Celery -----------------------------------------------------------------------------------------------------------
# https://docs.celeryq.dev/en/stable/userguide/configuration.html

# The broker of the Compose network. `memory://` is the embedded mode: relay, worker and beat in one process. Nodes of
# a cluster stand behind one another, with a semicolon in between: who loses his node goes on with the next one.
CELERY_BROKER_URL = url("CELERY_BROKER_URL", "BROKER_PASSWORD", default="amqp://guest:guest@rabbitmq:5672//")
# Celery looks for this variable before it looks at the settings, and the address there may lack its password.
os.environ["CELERY_BROKER_URL"] = CELERY_BROKER_URL
# Reads and writes end after these seconds: nothing else bounds a publish to a frozen broker. A worker's own publish, a
# retry, is complete when the broker has confirmed it: without, a retry is lost when the broker dies at that moment.
AMQP_TRANSPORT_OPTIONS = {"read_timeout": 15, "write_timeout": 15, "confirm_publish": True}
# In memory the worker looks for messages at this interval in seconds; the library's own is 1.
MEMORY_TRANSPORT_OPTIONS = {"polling_interval": 0.01}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    MEMORY_TRANSPORT_OPTIONS if CELERY_BROKER_URL.startswith("memory:") else AMQP_TRANSPORT_OPTIONS
)
# Seconds; a peer silent for twice as long is taken for dead. Celery's own 120 leaves a worker deaf for four minutes.
CELERY_BROKER_HEARTBEAT = env.int("CELERY_BROKER_HEARTBEAT", default=30)
# Seconds to wait for a connection to one address of the broker.
CELERY_BROKER_CONNECTION_TIMEOUT = env.int("CELERY_BROKER_CONNECTION_TIMEOUT", default=4)
# amqps://: the certificate must be of the broker's host and of a known authority. Celery by itself asks for no host.
# A file of the authorities for the management API by https, too; None: those of the system.
BROKER_CA_FILE = env.str("BROKER_CA_FILE", default="") or None
if CELERY_BROKER_URL.startswith("amqps:"):
    CELERY_BROKER_USE_SSL = {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": BROKER_CA_FILE,
        "server_hostname": None,  # that of the URL
    }
# RabbitMQ's management API, with a user who may set policies: `manage.py topology` keeps there what may ever change.
# No request and no worker needs it. Several nodes as above; the first one that answers is asked.
BROKER_MANAGEMENT_URL = url("BROKER_MANAGEMENT_URL", "BROKER_PASSWORD", default="http://guest:guest@rabbitmq:15672")
# Results are rows, so that they can be joined with what was enqueued: the ledger needs them there, so no environment
# changes it. config.celery puts a class of the same table in the place of the library's.
CELERY_RESULT_BACKEND = "django-db"
# A result that cannot be stored is tried again until the database is back: what is done must be known to be done.
CELERY_RESULT_BACKEND_ALWAYS_RETRY = env.bool("CELERY_RESULT_BACKEND_ALWAYS_RETRY", default=True)
# Milliseconds; Celery's own first pause of 10 would fill the log.
CELERY_RESULT_BACKEND_BASE_SLEEP_BETWEEN_RETRIES_MS = 250
# JSON only, both ways: a message must never be able to run code.
CELERY_ACCEPT_CONTENT = env.list("CELERY_ACCEPT_CONTENT", default=["json"])
CELERY_TASK_SERIALIZER = env.str("CELERY_TASK_SERIALIZER", default="json")
CELERY_RESULT_SERIALIZER = env.str("CELERY_RESULT_SERIALIZER", default="json")
# Schedules are read in the organisers' zone; messages carry UTC.
CELERY_TIMEZONE = env.str("CELERY_TIMEZONE", default="America/Sao_Paulo")
CELERY_ENABLE_UTC = env.bool("CELERY_ENABLE_UTC", default=True)
# A message is acknowledged after its task has ended, so a worker that dies gives it back.
CELERY_TASK_ACKS_LATE = env.bool("CELERY_TASK_ACKS_LATE", default=True)
# What failed for good is rejected and so becomes a dead letter with its payload, instead of being acknowledged.
CELERY_TASK_ACKS_ON_FAILURE = env.bool("CELERY_TASK_ACKS_ON_FAILURE", default=False)
# The same for what ran too long; delivery.request keeps Celery from putting that back into its queue.
CELERY_TASK_ACKS_ON_TIMEOUT = env.bool("CELERY_TASK_ACKS_ON_TIMEOUT", default=False)
# Seconds. The hard limit is below RabbitMQ's consumer_timeout of 30 minutes, which would give the message to another
# worker while this one still runs it; the soft one, an exception in the task, leaves a minute to end in order.
CELERY_TASK_SOFT_TIME_LIMIT = env.int("CELERY_TASK_SOFT_TIME_LIMIT", default=1500)
CELERY_TASK_TIME_LIMIT = env.int("CELERY_TASK_TIME_LIMIT", default=1560)
# Celery acknowledges a message that it cannot decode, and so loses it; this one rejects it.
CELERY_WORKER_CONSUMER = "delivery.consumer:Consumer"
# A worker holds one message of each of its queues for each process: a long ranking keeps none of its own queue waiting.
CELERY_WORKER_PREFETCH_MULTIPLIER = env.int("CELERY_WORKER_PREFETCH_MULTIPLIER", default=1)
# A killed child process is retried and counted, so that a task that kills its worker ends as FAILURE and not in a loop.
CELERY_TASK_RETRY_ON_WORKER_LOST = env.bool("CELERY_TASK_RETRY_ON_WORKER_LOST", default=True)
# Where that retry cannot be sent the message goes back to its queue instead of being acknowledged.
CELERY_TASK_REJECT_ON_WORKER_LOST = env.bool("CELERY_TASK_REJECT_ON_WORKER_LOST", default=True)
# The retry above waits this long, in seconds; Celery's own default is 180.
CELERY_TASK_ANNOTATIONS = {"*": {"default_retry_delay": 10}}
# A broker connection lost in mid-task redelivers the message: without this the task would run twice at once.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = env.bool(
    "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS", default=True
)
# A worker that starts before its broker waits for it, and one whose channel is closed opens another.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = env.bool("CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP", default=True)
CELERY_BROKER_CHANNEL_ERROR_RETRY = env.bool("CELERY_BROKER_CHANNEL_ERROR_RETRY", default=True)
# None: try for ever. A worker that gives up after an outage would have to be started by hand.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# "running" is told from "sent" by delivery.task, in the statement that asks whether the task may start at all; Celery's
# own would be another one.
CELERY_TASK_TRACK_STARTED = False
# The result row names its task and arguments.
CELERY_RESULT_EXTENDED = env.bool("CELERY_RESULT_EXTENDED", default=True)
# Seconds until beat's celery.backend_cleanup removes a result: thirty days.
CELERY_RESULT_EXPIRES = env.int("CELERY_RESULT_EXPIRES", default=30 * 24 * 3600)
# Celery closes the database connection around every task unless told for how many tasks to keep it.
CELERY_DB_REUSE_MAX = env.int("CELERY_DB_REUSE_MAX", default=1000)
# Schedules are rows, as the rule "no schedule is hardcoded" wants, and a due slot is enqueued in the transaction that
# notes it: with the library's own scheduler two beats fire twice, and an outage of the broker loses what was due.
CELERY_BEAT_SCHEDULER = env.str("CELERY_BEAT_SCHEDULER", default="delivery.beat:OutboxScheduler")

# One topic exchange: native delayed delivery (retries that wait in the broker) needs that type.
CELERY_TASK_DEFAULT_EXCHANGE = "placar"
CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
# A task without a route of its own still lands in a queue that is consumed.
CELERY_TASK_DEFAULT_QUEUE = "events"
CELERY_TASK_DEFAULT_ROUTING_KEY = CELERY_TASK_DEFAULT_QUEUE
# Quorum queues keep their messages when a broker node dies.
CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
# One for each app that has tasks. No other place writes the names down: scripts read them from this source, and tests
# compare what cannot, as Compose and Kubernetes.
QUEUES = (
    "events",
    "notifications",
    "rankings",
)
# Every queue names the exchange and its own name as the key: without them all queues would share one binding.
CELERY_TASK_QUEUES = tuple(
    Queue(
        name,
        Exchange(CELERY_TASK_DEFAULT_EXCHANGE, type=CELERY_TASK_DEFAULT_EXCHANGE_TYPE),
        routing_key=name,
        queue_arguments={"x-queue-type": CELERY_TASK_DEFAULT_QUEUE_TYPE},
    )
    for name in QUEUES
)
# A mistyped queue name is an error and not a new queue that nobody consumes.
CELERY_TASK_CREATE_MISSING_QUEUES = False
# The queue is the task's domain. Celery's own housekeeping (backend_cleanup) must reach a consumed queue, too.
CELERY_TASK_ROUTES = {
    **{f"{name}.*": {"queue": name} for name in QUEUES},
    "celery.*": {"queue": CELERY_TASK_DEFAULT_QUEUE},
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First in the list, so that an anonymous request is answered 401 and not 403.
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.security.throttles.RequestThrottle"],
    "DEFAULT_PARSER_CLASSES": ["apps.rest.parsers.JSONBodyParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "apps.rest.openapi.OperationSchema",
    "EXCEPTION_HANDLER": "apps.problems.problem_details",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Placar",
    "DESCRIPTION": (
        "Events, scores, rankings and standings. Reading what is public needs no account; for all else send "
        "`Authorization: Token ...` with the token that `POST /api/v1/token` gives for a username and a password. "
        "Every error is a problem document (RFC 9457) that names place and reason. Addresses do not end with a slash, "
        "times are ISO 8601, and scores are whole numbers in the smallest unit: ms, mm, a count, points times 10^scale."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    # An event's rules are described by pydantic, whose JSON schema is that of OpenAPI 3.1.
    "OAS_VERSION": "3.1.0",
    # Several things have a state, a status or a kind; without a name theirs would be numbered.
    "ENUM_NAME_OVERRIDES": {
        "EventState": "apps.events.models.Event.State",
        "ImportState": "apps.events.models.ImportBatch.State",
        "EntryStatus": "apps.events.api.fields.STATUSES",
        "CorrectionKind": "apps.events.models.Correction.Kind",
        "NotificationKind": "apps.notifications.models.Announcement.Kind",
        "RulingKind": "apps.rankings.models.Ruling.Kind",
        "DeliveryState": "apps.notifications.models.Delivery.State",
        "ScoreOutcome": "apps.events.api.score_serializers.OUTCOMES",
        "AttemptOutcome": "apps.notifications.models.DeliveryAttempt.Outcome",
    },
    # The pages of /api/docs/ are served from here: no outside asset.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
