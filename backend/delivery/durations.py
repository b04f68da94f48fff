"""Lengths of time on the command line."""

import argparse
import re
from datetime import timedelta

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
