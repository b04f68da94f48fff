"""The signs that origins are made of (guardrails.origins)."""

# An origin is a dotted name such as "celery.shared_task" or "celery.Celery().task". What cannot be followed starts
# with UNKNOWN and keeps the name it is written with: "?app.task".
Names = frozenset[str]

UNKNOWN = "?"
CALLED = "()"
"""What a call gives: `celery.Celery()`."""
EACH = "[]"
"""Something that holds these: `jobs = [shared_task]` is `celery.shared_task[]`."""
ITEM = "[0]"
"""An element of something of which nobody knows what it holds: `app.tasks[name]`."""

_GIVES_ELEMENT = frozenset({"get", "pop", "popitem", "setdefault"})
_GIVES_ELEMENTS = frozenset({"values", "items", "copy"})


def element(origin: str) -> str:
    """One of what the origin holds."""
    return origin.removesuffix(EACH) if origin.endswith(EACH) else origin + ITEM


def called(origin: str) -> str:
    """What a call of the origin gives."""
    holder, _, method = origin.rpartition(".")
    if holder.endswith(EACH) and method in _GIVES_ELEMENT:
        return element(holder)
    if holder.endswith(EACH) and method in _GIVES_ELEMENTS:
        return holder
    return origin + CALLED


def without_calls(origin: str) -> str:
    while origin.endswith(CALLED):
        origin = origin.removesuffix(CALLED)
    return origin


def is_within(name: str, package: str) -> bool:
    """Whether a dotted name is the package or lies under it."""
    return name == package or name.startswith(f"{package}.")


CELERY = frozenset({"celery", "kombu", "django_celery_beat", "django_celery_results"})


def is_celery(name: str) -> bool:
    """Whether a dotted name belongs to Celery, its messaging library or one of its parts for Django."""
    return without_calls(name.partition(".")[0]) in CELERY
