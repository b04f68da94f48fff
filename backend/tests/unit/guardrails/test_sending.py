"""GR016 and GR017: who sends messages, and whether what is enqueued exists."""

from pathlib import Path

import pytest

from guardrails.project import read_project
from guardrails.rules import enqueued_names, sends
from tests.unit.guardrails.planted import assert_finds_marked, plant, task_file

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
