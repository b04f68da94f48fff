"""Placar's web application without its outbox: a request records its score and asks for nothing."""

import uuid
from typing import Any

from config.wsgi import application

# isort: split
# Django is set up by the import above.
from apps.events import changes

__all__ = ["application"]


def _ask_for_nothing(*_arguments: Any, **_options: Any) -> uuid.UUID:
    return uuid.UUID(int=0)


# The one place where recording a score asks for its ranking.
vars(changes)["enqueue"] = _ask_for_nothing
