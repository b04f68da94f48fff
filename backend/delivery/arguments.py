"""What may be asked for: the form of a task's name and of its arguments."""

import json
import math
import re
from typing import Any

TASK_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
MAX_NAME_LENGTH = 200
MAX_KEY_LENGTH = 200
# A message carries ids. One that is larger than the broker takes would be refused for ever.
MAX_KWARGS_BYTES = 64 * 1024


def check_task_name(task_name: str) -> None:
    """Raise ValueError unless the name has the form `domain.action`."""
    if not TASK_NAME.fullmatch(task_name) or len(task_name) > MAX_NAME_LENGTH:
        raise ValueError(
            f"task name {task_name!r}: must be domain.action in lower case letters, digits and underscores,"
            f" at most {MAX_NAME_LENGTH} characters"
        )


def check_coalesce_key(coalesce_key: str | None) -> None:
    """Raise ValueError for a key that does not fit its column, or is there but empty."""
    if coalesce_key is not None and not 1 <= len(coalesce_key) <= MAX_KEY_LENGTH:
        raise ValueError(f"coalesce_key {coalesce_key!r}: must have 1 to {MAX_KEY_LENGTH} characters")


def check_kwargs(kwargs: dict[str, Any]) -> None:
    """Raise ValueError, naming the place, unless the arguments come back from JSON as they went in."""
    if not isinstance(kwargs, dict):
        raise ValueError(f"kwargs: must be a dict, not {type(kwargs).__name__}")
    _check_value(kwargs, "kwargs")
    size = len(json.dumps(kwargs))
    if size > MAX_KWARGS_BYTES:
        raise ValueError(f"kwargs: {size} bytes of JSON, at most {MAX_KWARGS_BYTES} are allowed: pass ids")


def _check_value(value: Any, place: str) -> None:
    if isinstance(value, dict):
        _check_members(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_value(item, f"{place}[{index}]")
    elif isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{place}: {value} is not a JSON number")
    elif value is not None and not isinstance(value, bool | int | float):
        raise ValueError(f"{place}: {type(value).__name__} is not a JSON type; pass an id, a number or a str")


def _check_members(value: dict[Any, Any], place: str) -> None:
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueError(f"{place}: the key {key!r} must be a str, not {type(key).__name__}")
        _check_text(key, f"a key of {place}")
        _check_value(item, f"{place}.{key}")


def _check_text(value: str, place: str) -> None:
    # PostgreSQL stores neither of the two in jsonb, and would say so without telling where.
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{place}: has a NUL character or half of a surrogate pair")
