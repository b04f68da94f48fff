"""The part of the settings by which one sees what Placar does: its log, traces and metrics."""

import os

from config.environment import env
from telemetry.log_lines import log_all_else, logging_settings

# --- Log and traces ---------------------------------------------------------------------------------------------------

# What follows these in an address gives rights to whoever has it, and so stands in no log and no trace.
SECRET_PATHS = ["/unsubscribe/"]

# line: for people at a terminal. json: one object a line, for what collects logs.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOGGING = logging_settings(LOG_FORMAT, env.str("LOG_LEVEL", default="INFO"), secret_paths=SECRET_PATHS)
if LOG_FORMAT == "json":
    log_all_else()

# Traces are sent once OTEL_EXPORTER_OTLP_ENDPOINT is set; OpenTelemetry's library reads its variables by itself, but
# not from files. This one holds the credentials for the collector.
if env.str("OTEL_EXPORTER_OTLP_HEADERS", default=""):
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = env.str("OTEL_EXPORTER_OTLP_HEADERS")

# --- Metrics ----------------------------------------------------------------------------------------------------------

# Where `manage.py serve_metrics` listens. Metrics tell how much is done here and are for Prometheus alone: this machine
# unless the address is set, as in a container to 0.0.0.0, whose port is not published.
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="127.0.0.1")
METRICS_PORT = env.int("METRICS_PORT", default=9100)
# Seconds from one look at database and broker to the next. Scrapes cost nothing: they get what the last look found.
METRICS_INTERVAL_SECONDS = env.float("METRICS_INTERVAL_SECONDS", default=10.0)
# What the apps have to tell: functions that return metric families, asked in each look (delivery.metrics.sources).
METRICS_OF_APPS = ["apps.events.metrics.look", "apps.notifications.metrics.look"]
