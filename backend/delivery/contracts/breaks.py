"""What messages under way would not survive: the contracts of the last release against those of the code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from delivery.contracts.document import DATABASE_DEFAULT, NULL, Contracts, TaskContract
from delivery.contracts.types import takes_all_of

# The second half of each of these sentences; the whole way stands in the documentation.
KEEP_TASK = "keep it for now, let no code ask for it, and run `manage.py message_contracts retire {name}`"
KEEP_ARGUMENT = (
    "keep it with a default, let no code send it, and run `manage.py message_contracts retire {task}.{argument}`"
)
GIVE_DEFAULT = "give it a default, and let the service do without it"
NEW_TASK = "ask for a task of a new name (or by an argument of a new name) and retire this one"
KEEP_QUEUE = (
    "keep it in CELERY_TASK_QUEUES with a worker, route its tasks elsewhere, and run"
    ' `manage.py message_contracts retire "queue {name}"`'
)
KEEP_COLUMN = (
    "leave it in the database, nullable or with a db_default, for a later release to drop, take it from the model's"
    " state alone (SeparateDatabaseAndState), and run `manage.py message_contracts retire {table}.{column}`"
)


@dataclass(frozen=True)
class Break:
    """What breaks, what becomes of the messages, and what to do in its place."""

    what: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}; {self.instead}."


Found = tuple[str, Break]  # by the name under which it can be retired; the message itself cannot


def find_breaks(before: Contracts, now: Contracts, today: date) -> list[Break]:
    """All that the code takes no longer, or asks for newly, and that a message under way does not know of.

    What was retired is no break any more from its day on.
    """
    found = [*_of_queues(before, now), *_of_tasks(before, now), *_of_message(before, now), *_of_tables(before, now)]
    told = (_with_retired(before, name, one, today) for name, one in found)
    return [one for one in told if one is not None]


def _with_retired(before: Contracts, name: str, found: Break, today: date) -> Break | None:
    retired = before.retired.get(name)
    if retired is None:
        return found
    # The day of a column is that of its end in the database, which no model shows.
    if today >= retired.may_go or name.partition(".")[0] in before.tables:
        return None
    return Break(found.what, f"it is retired, but may go from {retired.may_go} on", "keep it until then")


def _of_queues(before: Contracts, now: Contracts) -> Iterator[Found]:
    for name in sorted(set(before.queues) - set(now.queues)):
        why = "what waits in it, or in a delay for it, is consumed by nobody"
        yield f"queue {name}", Break(f"queue {name} is gone", why, KEEP_QUEUE.format(name=name))


def _of_tasks(before: Contracts, now: Contracts) -> Iterator[Found]:
    for name, contract in sorted(before.tasks.items()):
        if name in now.tasks:
            yield from _of_arguments(name, contract, now.tasks[name])
        else:
            why = "messages of it end as dead letters of an unknown task"
            yield name, Break(f"task {name} is gone", why, KEEP_TASK.format(name=name))


def _of_arguments(task: str, before: TaskContract, now: TaskContract) -> Iterator[Found]:
    for argument, old_type in sorted(before.taken.items()):
        what, name = f"task {task}: argument {argument}", f"{task}.{argument}"
        if argument not in now.taken:
            why = "messages that have it fail"
            yield name, Break(f"{what} is gone", why, KEEP_ARGUMENT.format(task=task, argument=argument))
        elif not takes_all_of(now.taken[argument], old_type):
            why = f"messages have {old_type}, and it takes {now.taken[argument]}"
            yield name, Break(f"{what} has another type", why, f"take both, or {NEW_TASK}")
    for argument in sorted(set(now.arguments) - set(before.arguments)):
        what = "is needed now" if argument in before.optional else "is new and has no default"
        why = "messages without it fail"
        yield f"{task}.{argument}", Break(f"task {task}: argument {argument} {what}", why, GIVE_DEFAULT)


def _of_message(before: Contracts, now: Contracts) -> Iterator[Found]:
    for field in ("content_type", "content_encoding"):
        old, new = getattr(before.message, field), getattr(now.message, field)
        if old != new:
            why = "a worker of the release before refuses what the relay sends"
            yield "", Break(f"message: {field} was {old} and is {new}", why, "let workers accept it a release earlier")
    for part, old_names, new_names in (
        ("body", before.message.body, now.message.body),
        ("header", before.message.headers, now.message.headers),
    ):
        for name in sorted(set(old_names) - set(new_names)):
            why = "a worker of the release before may look for it"
            yield "", Break(f"message: {part} {name} is gone", why, "send it still")


def _of_tables(before: Contracts, now: Contracts) -> Iterator[Found]:
    for table, columns in sorted(before.tables.items()):
        new_columns = now.tables.get(table, {})
        for column, old in sorted(columns.items()):
            name, new = f"{table}.{column}", new_columns.get(column)
            if new is None:
                why = "processes of the release before read it"
                yield name, Break(f"column {name} is gone", why, KEEP_COLUMN.format(table=table, column=column))
            elif reason := _narrowed(old, new):
                yield (
                    name,
                    Break(f"column {name} {reason}", "processes of the release before write it", "widen it only"),
                )
        for column in sorted(set(new_columns) - set(columns)):
            if not {NULL, DATABASE_DEFAULT} & set(new_columns[column].split(", ")):
                why = "processes of the release before do not write it, and their inserts fail"
                what = f"column {table}.{column} is new and neither nullable nor with a db_default"
                yield f"{table}.{column}", Break(what, why, "give it one of them")


def _narrowed(old: str, new: str) -> str | None:
    """What the new column refuses of what the old one took."""
    (old_type, *facts), (new_type, *new_facts) = old.split(", "), new.split(", ")
    if NULL in facts and NULL not in new_facts:
        return "may not be null any more"
    (kind, _, length), (new_kind, _, new_length) = old_type.partition("("), new_type.partition("(")
    is_text = new_kind == "TextField" and kind == "CharField"
    if is_text or (kind == new_kind and _length(new_length) >= _length(length)):
        return None
    return f"was {old_type} and is {new_type}"


def _length(text: str) -> float:
    return float(text.rstrip(")") or "inf")
