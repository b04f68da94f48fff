"""GR016, GR017, GR019 and GR020: who sends messages, and whether what is asked for exists, fits and is to stay."""

from pathlib import Path

import pytest

from guardrails.configuration import Configuration
from guardrails.project import read_project
from guardrails.rules import enqueued_arguments, enqueued_names, retired_contracts, sends
from tests.unit.guardrails.planted import USES_CELERY, assert_finds_marked, plant, task_file

SENDS = {
    "delay": "rank_task.delay(1)  # bad",
    "apply_async": "rank_task.apply_async((1,))  # bad",
    "send_task": "current_app.send_task('events.rank')  # bad",
    "on commit": "rank_task.delay_on_commit(1)  # bad",
    "on commit with options": "rank_task.apply_async_on_commit((1,))  # bad",
    "of a signature": "rank_task.s(1).delay()  # bad",
    "later": "from django.db import transaction\ntransaction.on_commit(rank_task.delay)  # bad",
    "in a partial": "from functools import partial\nsend = partial(rank_task.delay, 1)  # bad",
    "in a lambda": "on_commit(lambda: rank_task.delay(1))  # bad",
    "kept": "send = rank_task.apply_async  # bad",
    "getattr": "getattr(rank_task, 'delay')(1)  # bad",
    "getattr with a constant": "METHOD = 'apply_async'\ngetattr(rank_task, METHOD)(1)  # bad",
    "over lines": "(\n    rank_task  # bad\n    .delay(1)\n)",
    "two": "rank_task.delay(1)  # bad\nrank_task.delay(2)  # bad",
}

NO_SENDS = """
    import time

    def delay(seconds): ...

    delay(1)
    time.sleep(self.delay)
    self.delay = 3
    on_commit(self.send)
    getattr(self, "delayed")
    getattr(self, name)
    retry(delay=3)
    text = "rank_task.delay(1)"
"""


@pytest.mark.parametrize("case", SENDS)
@pytest.mark.parametrize("path", ["apps/events/services.py", "config/urls.py", "delivery/outbox.py", "manage.py"])
def test_send_outside_of_the_relay_is_found(tmp_path: Path, path: str, case: str) -> None:
    assert_finds_marked(tmp_path, sends.RULE, {path: SENDS[case]})


@pytest.mark.parametrize("path", ["delivery/relay.py", "delivery/publisher.py", "tests/integration/test_it.py"])
def test_relay_and_tests_may_send(tmp_path: Path, path: str) -> None:
    assert_finds_marked(tmp_path, sends.RULE, {path: "app.send_task('events.rank')\nrank_task.delay(1)"})


def test_other_delays_are_accepted(tmp_path: Path) -> None:
    assert_finds_marked(tmp_path, sends.RULE, {"apps/events/services.py": NO_SENDS})


UNKNOWN = {
    "function": "from delivery.outbox import enqueue\nenqueue('events.renk', {})  # bad",
    "module": "from delivery import outbox\noutbox.enqueue('events.ranks', {})  # bad",
    "renamed": "from delivery.outbox import enqueue as later\nlater('rank', {})  # bad",
    "keyword": "from delivery.outbox import enqueue\nenqueue(kwargs={}, task_name='events.rank_task')  # bad",
    "constant": "from delivery.outbox import enqueue\nNAME = 'rankings.rank'\nenqueue(NAME, {})  # bad",
    "typed constant": "from delivery.outbox import enqueue\nNAME: str = 'a.b'\nenqueue(NAME, {})  # bad",
    "over lines": "from delivery.outbox import enqueue\nenqueue(\n    'a.b',  # bad\n    {},\n)",
    "not celery's": "from delivery.outbox import enqueue\nenqueue('celery.cleanup', {})  # bad",
    "empty": "from delivery.outbox import enqueue\nenqueue('', {})  # bad",
}

KNOWN = """
    from delivery import outbox
    from delivery.outbox import enqueue

    NAME = "events.rank"
    enqueue("events.rank", {"event_id": 1}, coalesce_key="x")
    enqueue(NAME, {})
    enqueue(task_name="events.rank", kwargs={})
    enqueue("celery.backend_cleanup", {})
    outbox.enqueue(name, {})
    enqueue()
    queue.put("events.renk")
"""

TASKS = {
    "apps/events/tasks.py": task_file(),
    "delivery/outbox.py": "def enqueue(task_name, kwargs, *, coalesce_key=None): ...",
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_task_is_found(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, enqueued_names.RULE, {**TASKS, "apps/events/services.py": UNKNOWN[case]})


def test_known_task_is_accepted(tmp_path: Path) -> None:
    assert_finds_marked(tmp_path, enqueued_names.RULE, {**TASKS, "apps/events/services.py": KNOWN})


def test_tests_may_enqueue_what_they_like(tmp_path: Path) -> None:
    source = UNKNOWN["function"].replace("  # bad", "")
    assert_finds_marked(tmp_path, enqueued_names.RULE, {**TASKS, "tests/unit/test_it.py": source})


@pytest.mark.parametrize(
    ("name", "advice"), [("events.renk", 'write "events.rank"'), ("rankings.refresh", "apps/rankings/tasks.py")]
)
def test_message_says_what_to_write(tmp_path: Path, name: str, advice: str) -> None:
    source = f"from delivery.outbox import enqueue\nenqueue({name!r}, {{}})"
    plant(tmp_path, {**TASKS, "apps/events/services.py": source})
    (finding,) = enqueued_names.RULE.findings(read_project(tmp_path))
    assert advice in finding.message


ASKS = """
    from delivery.outbox import enqueue

    KEY = "event_id"
    enqueue("events.rank", {"event_id": 1})
    enqueue("events.rank", {KEY: 1, "season_id": 2}, coalesce_key="x")
    enqueue(task_name="events.rank", kwargs={"event_id": 1})
    enqueue("events.rank", {"season_id": 2, **given})
    enqueue("events.rank", given)
    enqueue("events.rank", {name: 1})
    enqueue("events.no_such", {"anything": 1})
    enqueue("events.rank", {"event": 1, "event_id": 1})  # bad
    enqueue("events.rank", {})  # bad
    enqueue("events.rank", {"season_id": 1})  # bad
    enqueue("events.rank", {"event": 1, **given})  # bad
    enqueue(kwargs={"id": 1}, task_name="events.rank")  # bad bad
"""
WITH_DEFAULT = (
    "def rank_task(self: object, event_id: int, season_id: int | None = None) -> None:\n    return rank(event_id)"
)


def test_arguments_that_do_not_fit_the_task_are_found(tmp_path: Path) -> None:
    tasks = {**TASKS, "apps/events/tasks.py": task_file(function=WITH_DEFAULT)}
    assert_finds_marked(tmp_path, enqueued_arguments.RULE, {**tasks, "apps/events/services.py": ASKS})


BY_NAME = "def rank_task(self: object, *, event_id: int, run_id: int = 1) -> None:\n    return rank(event_id)"
ASKS_BY_NAME = """
    from delivery.outbox import enqueue

    enqueue("events.rank", {"event_id": 1})
    enqueue("events.rank", {"run_id": 1})  # bad
"""


def test_arguments_by_name_alone_are_known_as_well(tmp_path: Path) -> None:
    tasks = {**TASKS, "apps/events/tasks.py": task_file(function=BY_NAME)}
    assert_finds_marked(tmp_path, enqueued_arguments.RULE, {**tasks, "apps/events/services.py": ASKS_BY_NAME})


ASKS_FOR_THE_RETIRED = """
    from delivery.outbox import enqueue

    enqueue("events.rank", {"event_id": 1})
    enqueue("events.rank", {"event_id": 1, "season_id": 1})  # bad
    enqueue("events.old", {"event_id": 1})  # bad
"""


def test_what_is_retired_is_asked_for_by_nobody(tmp_path: Path) -> None:
    services = {**TASKS, "apps/events/services.py": ASKS_FOR_THE_RETIRED}
    contracts = {"message_contracts.json": '{"retired": {"events.old": {}, "events.rank.season_id": {}}}'}
    assert_finds_marked(tmp_path, retired_contracts.RULE, {**services, **contracts})
    for content in ("{", "[]", '{"retired": 5}'):
        (tmp_path / "message_contracts.json").write_text(content)
        assert not list(retired_contracts.RULE.findings(read_project(tmp_path)))


def test_messages_name_the_first_function_that_asks(tmp_path: Path) -> None:
    plant(tmp_path, {**USES_CELERY, "apps/events/services.py": "rank_task.delay(1)"})
    project = read_project(tmp_path, Configuration(enqueue=("one.ask", "other.ask")))
    (finding,) = sends.RULE.findings(project)
    assert "call one.ask in the transaction" in finding.message
