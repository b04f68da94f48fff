"""Numbers on the command line."""

import argparse
from collections.abc import Callable
from typing import TypeVar

Number = TypeVar("Number", int, float)


def at_least(kind: Callable[[str], Number], smallest: Number) -> Callable[[str], Number]:
    """An argparse type: a number that is not below the smallest one."""

    def parse(text: str) -> Number:
        number = kind(text)
        if number < smallest:
            raise argparse.ArgumentTypeError(f"{text} is below {smallest}")
        return number

    # argparse names the type in its message when the text is no number at all.
    parse.__name__ = "number"
    return parse
