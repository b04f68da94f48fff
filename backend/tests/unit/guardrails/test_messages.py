"""What is told of a finding, where the corpus asks for its place alone."""

from pathlib import Path, PurePosixPath

import pytest

from guardrails.rule import Problem, finding
from tests.unit.guardrails.told import project, run

TABLE = """[tool.guardrails]
given = []
apps = ["apps/*", "more/*"]
enqueue = ["one.ask", "other.later"]
layers = ["high", "apps"]
"""
TASKS = """
    from celery import shared_task

    from apps.a.services import rank

    @shared_task(name="a.rank")
    def rank_task(event_id: int) -> None:
        return rank(event_id)
"""


def messages(root: Path, code: str, files: dict[str, str]) -> list[str]:
    project(root, {"apps/a/tasks.py": TASKS, **files}, TABLE)
    return [line.partition(f" {code} ")[2] for line in run(root, "--select", code).out.splitlines()]


ENQUEUE = "enqueue the task by its name with one.ask"
MAKES_ROW = "from django_celery_beat.models import PeriodicTask\nPeriodicTask.objects.create()"
SENDS_KNOWN = "from apps.a.tasks import rank_task\nrank_task.delay(1)"


@pytest.mark.parametrize(
    ("code", "source", "what", "instead"),
    [
        ("GR010", "", "task rank_task lacks bind and autoretry_for and retry_kwargs", "add bind=True, "),
        ("GR011", "import celery", "services.py imports celery", f"{ENQUEUE}, or "),
        ("GR012", "import apps.a.tasks", "apps.a.tasks is imported here", f"call the service, or {ENQUEUE}."),
        ("GR012", "from apps.a.tasks import rank_task", "apps.a.tasks is imported here", "call the service, or "),
        ("GR015", MAKES_ROW, "a row of PeriodicTask is written by code that runs unasked", ""),
        ("GR016", "x.delay()", ".delay sends a task from here", "call one.ask in the transaction"),
        (
            "GR016",
            "import kombu\nkombu.Producer(x).publish(1)",
            ".publish sends a message from here",
            "call one.ask in",
        ),
        ("GR016", SENDS_KNOWN, ".delay sends", 'write `ask("a.rank", {"event_id": 1})` (one.ask) in'),
        ("GR021", "import near", "services.py reaches Celery by way of near -> far -> celery", f"{ENQUEUE}, or move"),
        ("GR021", "import near", "services.py reaches", f"{ENQUEUE}, or move what is needed here out of near."),
        ("GR017", "import one\none.ask('b.x', {})", "no tasks.py defines the ", "define it in the tasks.py of its app"),
        (
            "GR019",
            "import one\none.ask('a.rank', {**x, 'id': 1})",
            'task "a.rank" takes no `id`',
            "give it `event_id`.",
        ),
        (
            "GR022",
            "import high.x, high.y",
            "apps reaches up to high.x",
            "move what both need down, or enqueue a task by",
        ),
    ],
)
def test_message_says_what_is_wrong_and_what_to_write(
    tmp_path: Path, code: str, source: str, what: str, instead: str
) -> None:
    files = {"near.py": "import far", "far.py": "import celery", "high/x.py": "", "apps/a/services.py": source}
    (message,) = messages(tmp_path, code, files)
    assert message.startswith(what)
    assert f"; {instead}" in message
    assert "later" not in message


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("event", "event.pk"),
        ("Event.objects.get()", "event.pk"),
        ("x.y.__dict__", "event.pk"),
        ("request.user", "request.user.pk"),
    ],
)
def test_an_id_in_place_of_an_object_is_written_out(tmp_path: Path, value: str, told: str) -> None:
    source = f"from one import ask\n\ndef close(event, request, x):\n    ask('a.rank', {{'event_id': {value}}})\n"
    (message,) = messages(tmp_path, "GR023", {"apps/a/services.py": source})
    assert f'; pass the id, as in `"event_id": {told}`, and let' in message


NAMED = (
    "from celery import shared_task\nfrom apps.a.services import rank\n@shared_task{}\ndef {}(i_id): return rank(i_id)"
)


@pytest.mark.parametrize(
    ("code", "source", "what"),
    [
        ("GR004", "def rank(): ...", "function rank stands in tasks.py"),
        ("GR004", "class Rank: ...", "class Rank stands in tasks.py"),
        ("GR004", "rank = 1", "a statement stands in tasks.py"),
        ("GR004", "import os", "tasks.py says `import os`"),
        ("GR006", NAMED.format("", "job"), "task function job is not named after its service"),
        ("GR007", NAMED.format("", "rank_task"), "task rank_task has no name written out as a string"),
        ("GR007", NAMED.format("(name='b.x')", "rank_task"), 'the name "b.x" is not the task\'s app and service'),
    ],
)
def test_message_says_what_of_a_task_is_wrong(tmp_path: Path, code: str, source: str, what: str) -> None:
    (message,) = messages(tmp_path, code, {"apps/a/tasks.py": source})
    assert message.startswith(what)


def test_a_thin_body_is_written_out(tmp_path: Path) -> None:
    source = "from celery import shared_task\n@shared_task\ndef rank_task(a_id, b_id): ..."
    (message,) = messages(tmp_path, "GR005", {"apps/a/tasks.py": source})
    assert message.endswith("; write `return rank(a_id, b_id)`.")


def test_what_is_wrong_is_the_message_without_what_to_write() -> None:
    problem = Problem(PurePosixPath("x.py"), 1, 1, "x is here", "write y")
    told = finding("GR001", "nobody wants it", problem)
    assert (told.message, told.what) == ("x is here, but nobody wants it; write y.", "x is here, but nobody wants it.")
