"""Placar's web application with the limit that a deployment has."""

import os

os.environ["LIMIT_WRITES"] = "30000"

from config.wsgi import application

__all__ = ["application"]
