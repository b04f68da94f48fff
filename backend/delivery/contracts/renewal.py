"""Changes to the file of contracts: brought up to date, and what is on its way out noted in it."""

from datetime import date, timedelta

from delivery.contracts.breaks import find_breaks
from delivery.contracts.document import Contracts, Retired


class RenewalRefused(Exception):
    """The file would hide a break, or there is nothing to retire; the text says which."""


def renew(before: Contracts, now: Contracts, today: date) -> Contracts:
    """What the file has to say now: additions taken in, and what was retired and is gone left out.

    Raises RenewalRefused when a message under way would not survive the change.
    """
    if breaks := find_breaks(before, now, today):
        raise RenewalRefused("\n".join(map(str, breaks)))
    kept = {name: retired for name, retired in before.retired.items() if today < retired.may_go or is_there(now, name)}
    return now.model_copy(update={"retired": kept})


def retire(before: Contracts, now: Contracts, name: str, *, today: date, days: int, reason: str) -> Contracts:
    """Note that `name` (see Contracts) is not sent any more, and may go after so many days. Raises RenewalRefused."""
    if not is_there(before, name):
        raise RenewalRefused(f"{name}: is no task, TASK.ARGUMENT, `queue NAME` or TABLE.COLUMN of the file")
    if name in before.retired:
        raise RenewalRefused(f"{name}: is retired since {before.retired[name].since}")
    task, _, argument = name.rpartition(".")
    if task in now.tasks and argument in now.tasks[task].arguments:
        raise RenewalRefused(f"{name}: has no default, so every message must have it; give it one")
    entry = Retired(since=today, may_go=today + timedelta(days=days), reason=reason)
    retired = dict(sorted({**before.retired, name: entry}.items()))
    return renew(before.model_copy(update={"retired": retired}), now, today)


def is_there(contracts: Contracts, name: str) -> bool:
    """Whether there is something of this name."""
    if name.startswith("queue "):
        return name.removeprefix("queue ") in contracts.queues
    whole, _, part = name.rpartition(".")
    task = contracts.tasks.get(whole)
    is_part = part in contracts.tables.get(whole, {}) or (task is not None and part in task.taken)
    return name in contracts.tasks or is_part
