"""What operators' commands have in common: arguments of tasks, lengths of time, and who it is."""

import argparse
import getpass
import json
import os
import re
from datetime import timedelta
from typing import Any

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# Far beyond any pause, and well within what a date can say.
LONGEST = timedelta(days=365)


def duration(text: str) -> timedelta:
    """An argparse type: 90s, 15m, 2h or 3d."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number with s, m, h or d after it, as in 2h")
    length = timedelta(**{UNITS[found[2]]: int(found[1])})
    if not timedelta(0) < length <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 1s and {LONGEST.days}d")
    return length


def argument_with_value(text: str) -> tuple[str, Any]:
    """An argparse type: the name of an argument and its value, which is JSON."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, as in event_id=42")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError as error:
        quoted = json.dumps(value)
        raise argparse.ArgumentTypeError(f"{value!r} is not JSON; a text has quotes: '{name}={quoted}'") from error


def operator() -> str:
    """Who runs the command, as far as the system knows."""
    try:
        return f"{getpass.getuser()} on the command line"
    except (KeyError, OSError):  # a container's user often has no name
        return f"user {os.getuid()} on the command line"
