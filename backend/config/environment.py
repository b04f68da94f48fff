"""The environment that the settings are read from.

A value may be the content of a file instead, as container engines mount secrets: SECRET_KEY_FILE=/run/secrets/key
stands for SECRET_KEY. The file wins where both are set.
"""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = BASE_DIR.parent

env = environ.FileAwareEnv()
env.read_env(PROJECT_DIR / ".env")  # does nothing where there is no such file
