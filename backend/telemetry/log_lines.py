"""The form of log lines: text for people at a terminal, or a JSON object each for what collects them."""

import logging
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from telemetry import correlation, tracing
from telemetry.redaction import Redaction
from telemetry.roles import role

FORMATS = ("line", "json")
# Of the tracing library's complaints each is told once in so many seconds: a collector that is away is no news twice.
QUIET_SECONDS = 60.0


class TextLines(logging.Formatter):
    """One line, and a traceback below it. Its format has `about`: what the line belongs to, where that is known."""

    def __init__(self, *args: Any, secret_paths: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self._redaction = Redaction(secret_paths)

    def format(self, record: logging.LogRecord) -> str:
        correlation_id = correlation.current()
        record.about = f" [{correlation_id}]" if correlation_id else ""
        return self._redaction.apply(super().format(record))


class JsonLines(JsonFormatter):
    """One object a line. Of what a caller gives as `extra` only the dictionary `fields` gets into it.

    Others put there what must not be in a log: Django the whole request, with its query string and headers.
    """

    def __init__(self, *args: Any, secret_paths: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, json_ensure_ascii=False, **options)
        self._redaction = Redaction(secret_paths)

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction.apply(super().format(record))

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """In place of the library's, which would add all that a record holds."""
        moment = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = record.message or str(record.msg)
        log_data["role"] = role()
        log_data["pid"] = record.process
        log_data |= {name: value for name, value in _context(record).items() if value}
        if exception := message_dict.get("exc_info"):
            log_data["exception"] = exception
        log_data |= getattr(record, "fields", {})


def _context(record: logging.LogRecord) -> dict[str, str]:
    """What the line is about."""
    found = {"correlation_id": correlation.current()}
    # Celery's lines about a task name it there, and those of its main process are about one that runs elsewhere.
    task = getattr(record, "data", None)
    if isinstance(task, dict) and "id" in task:
        found |= {"task_id": str(task["id"]), "task": str(task.get("name", ""))}
    elif running := correlation.current_task():
        found |= {"task_id": running[0], "task": running[1]}
    if span := tracing.current_ids():
        found |= {"trace_id": span[0], "span_id": span[1]}
    return found


class TracingComplaints(logging.Filter):
    """Lets each complaint of the tracing library through once in a while."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, object], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("opentelemetry."):
            return True
        now, what = time.monotonic(), (record.name, record.msg)
        if now - self._told.get(what, -QUIET_SECONDS) < QUIET_SECONDS:
            return False
        self._told[what] = now
        return True


def log_all_else() -> None:
    """Let also become lines of the log what Python writes by itself: warnings, and what ends a process or a thread."""
    logging.captureWarnings(True)
    sys.excepthook = lambda *exception: _log_the_end(exception)
    threading.excepthook = lambda ended: _log_the_end((ended.exc_type, ended.exc_value, ended.exc_traceback))


def _log_the_end(exception: Any) -> None:
    # What Python itself takes for an end that was meant.
    if not issubclass(exception[0], (KeyboardInterrupt, SystemExit)):
        logging.getLogger("placar").critical("ended by an exception that nobody caught", exc_info=exception)


def logging_settings(form: str, level: str, *, secret_paths: Sequence[str] = ()) -> dict[str, Any]:
    """Settings for logging.config.dictConfig, of any process. `form` is one of FORMATS; raises ValueError.

    What follows each of `secret_paths` in an address is hidden.
    """
    if form not in FORMATS:
        raise ValueError(f"LOG_FORMAT={form}: must be one of {', '.join(FORMATS)}")
    line = {"()": TextLines, "format": "{asctime} {levelname} {name}{about}: {message}", "style": "{"}
    hiding = {"secret_paths": secret_paths}
    nobody = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {**line, **hiding}, "json": {"()": JsonLines, **hiding}},
        "filters": {"tracing": {"()": TracingComplaints}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["tracing"]},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "loggers": {
            # Their own handlers would write each line a second time, and in another form.
            "django": nobody,
            "gunicorn.error": {**nobody, "level": level},
            # The line for each request is ours (telemetry.middleware): without the query strings of theirs. What it
            # tells anyway, that a request was refused, Django would tell again and without the request's id.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": ["nowhere"], "propagate": False},
            "gunicorn.access": {"handlers": ["nowhere"], "propagate": False},
        },
        "root": {"handlers": ["console"], "level": level},
    }
