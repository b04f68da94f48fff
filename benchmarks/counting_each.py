"""Placar's web application with a statement for each request that is counted."""

import os

# A limit of which each part is one, and that nobody reaches.
LIMIT = 1_000_000
os.environ["LIMIT_WRITES"] = str(LIMIT)

from config.wsgi import application  # noqa: E402 (after the environment)

# isort: split
# Django is set up by the import above.
from apps.security import allowances  # noqa: E402

__all__ = ["application"]
vars(allowances)["PARTS"] = LIMIT
