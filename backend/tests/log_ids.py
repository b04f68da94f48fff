"""Under which correlation id a line of the log is written."""

import logging

from telemetry import correlation


class Ids(logging.Handler):
    """Keeps the level of each line, and the id that is the current one when it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append((record.levelname, correlation.current()))
