"""The part of the settings by which one sees what Placar does: its log, its metrics."""

from config.environment import env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

# --- Metrics ----------------------------------------------------------------------------------------------------------

# Where `manage.py serve_metrics` listens. Metrics tell how much is done here and are for Prometheus alone: this machine
# unless the address is set, as in a container to 0.0.0.0, whose port is not published.
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="127.0.0.1")
METRICS_PORT = env.int("METRICS_PORT", default=9100)
# Seconds from one look at database and broker to the next. Scrapes cost nothing: they get what the last look found.
METRICS_INTERVAL_SECONDS = env.float("METRICS_INTERVAL_SECONDS", default=10.0)
# What the apps have to tell: functions that return metric families, asked in each look (delivery.metrics.sources).
METRICS_OF_APPS = ["apps.events.metrics.look", "apps.notifications.metrics.look"]
