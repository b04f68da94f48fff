"""What commands are given: users by name, and documents in files."""

import json
import sys
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError


def find_user(username: str, *, option: str) -> User:
    """The user of that name. Raises CommandError naming the option."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"{option}: there is no user {username!r}")
    return user


def read_json(path: str, *, option: str) -> Any:
    """The document in a file, or on standard input for "-". Raises CommandError naming the option and the place."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return json.loads(content)
    except OSError as error:
        raise CommandError(f"{option}: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{option}: {path}: this is not a text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{option}: {path}: line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})"
        ) from error
