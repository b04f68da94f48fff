"""The names that an app, a task and its arguments may have."""

import builtins
import keyword
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec

from makers.refusal import Refused

_WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# So that no line that is made of them is longer than 120 characters.
_LONGEST_APP = 24
_LONGEST_ACTION = 40
_ID = re.compile(r".+_id")  # `id` alone is a name of Python's own
_IDS = re.compile(r".+_ids")
ID_TYPES = ("int", "str")
IDS_TYPES = ("list[int]", "list[str]")


@dataclass(frozen=True)
class Argument:
    """What a task is asked for with; `by_name`: its service takes it by name alone."""

    name: str
    type: str
    by_name: bool = False

    @property
    def sample(self) -> str:
        """A value of its type, as source."""
        return {"int": "1", "str": '"1"', "list[int]": "[1]", "list[str]": '["1"]'}[self.type]


def check_app_name(name: str) -> None:
    _check_words(name, f"app {name!r}", _LONGEST_APP)


def check_is_free(name: str, taken: Collection[str]) -> None:
    """`taken`: the labels of the apps that Django has, its own among them."""
    if name in taken:
        raise Refused(f"app {name!r}", "another app has that label; take another name")
    # What is imported already comes first: of some of it, as of Celery, there is no spec to be found.
    if name in vars(builtins) or name in sys.modules or find_spec(name) is not None:
        raise Refused(f"app {name!r}", "an installed package or module has that name; take another one")


def split_task_name(name: str) -> tuple[str, str]:
    """The app and the action of `app.action`."""
    app, dot, action = name.partition(".")
    place = f"task {name!r}"
    if not dot:
        raise Refused(place, "write APP.ACTION, as in events.close_entries")
    _check_words(app, place, _LONGEST_APP)
    _check_words(action, place, _LONGEST_ACTION)
    if action in vars(builtins):
        raise Refused(place, f"`{action}` is a name of Python's own, which its service would hide; take another one")
    return app, action


def _check_words(name: str, place: str, longest: int) -> None:
    if not _WORDS.fullmatch(name):
        raise Refused(place, f"{name!r} is no name: lower case words of letters and digits with `_` in between")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise Refused(place, f"`{name}` is a word of Python's own; take another one")
    if len(name) > longest:
        raise Refused(place, f"{name!r} has {len(name)} characters, at most {longest} are possible")


def parse_arguments(texts: Collection[str]) -> list[Argument]:
    """`event_id:int` and so on, in their order."""
    arguments = [_parse_argument(text) for text in texts]
    for position, argument in enumerate(arguments):
        if argument.name in [earlier.name for earlier in arguments[:position]]:
            raise Refused(f"argument {argument.name!r}", "is given twice")
    return arguments


def _parse_argument(text: str) -> Argument:
    name, colon, type_name = text.partition(":")
    if not colon:
        raise Refused(f"argument {text!r}", "write NAME:TYPE, as in event_id:int")
    _check_words(name, f"argument {text!r}", _LONGEST_ACTION)
    return check_argument(Argument(name, type_name), f"argument {text!r}")


def check_argument(argument: Argument, place: str) -> Argument:
    """Refuse what is no id: it would be stale by the time that the message is read (GR009)."""
    if _IDS.fullmatch(argument.name):
        types = IDS_TYPES
    elif _ID.fullmatch(argument.name):
        types = ID_TYPES
    else:
        raise Refused(place, f"`{argument.name}` is no id: take *_id or *_ids and let the service load what it names")
    if argument.type not in types:
        raise Refused(place, f"`{argument.name}` has the type {argument.type!r}; it may be {' or '.join(types)}")
    return argument
