"""GR005: a task is one call of its service, arguments as they came."""

from pathlib import Path

import pytest

from guardrails.project import read_project
from guardrails.rules import thin_task
from tests.unit.guardrails.planted import assert_finds_marked, plant, task_file

PATH = "apps/events/tasks.py"

BAD = {
    "branch": """
        def rank_task(self, event_id):
            if event_id:  # bad
                return rank(event_id)
    """,
    "loop": """
        def rank_task(self, event_ids):
            for event_id in event_ids:  # bad
                rank(event_id)
    """,
    "try": """
        def rank_task(self, event_id):
            try:  # bad
                return rank(event_id)
            except ValueError:
                raise self.retry()
    """,
    "with": """
        def rank_task(self, event_id):
            with atomic():  # bad
                return rank(event_id)
    """,
    "variable": """
        def rank_task(self, event_id):
            "Rank."
            result = rank(event_id)  # bad
            return result
    """,
    "call without return": """
        def rank_task(self, event_id):
            rank(event_id)  # bad
    """,
    "two calls": """
        def rank_task(self, event_id):
            rank(event_id)  # bad
            return rank(event_id)
    """,
    "import inside": """
        def rank_task(self, event_id):
            from apps.events.services import rank  # bad
            return rank(event_id)
    """,
    "nothing": """
        def rank_task(self, event_id):  # bad
            "Rank."
    """,
    "returned twice": """
        def rank_task(self, event_id):  # bad
            return rank(event_id)
            return rank(event_id)
    """,
    "bare return": """
        def rank_task(self, event_id):
            return  # bad
    """,
    "constant": """
        def rank_task(self, event_id):
            return event_id  # bad
    """,
    "conditional expression": """
        def rank_task(self, event_id):
            return rank(event_id) if event_id else None  # bad
    """,
    "result used": """
        def rank_task(self, event_id):
            return rank(event_id).pk  # bad
    """,
    "result wrapped": """
        def rank_task(self, event_id):
            return str(rank(event_id))  # bad
    """,
    "method": """
        def rank_task(self, event_id):
            return self.rank(event_id)  # bad
    """,
    "service of nowhere": """
        def order_task(self, event_id):
            return order(event_id)  # bad
    """,
    "argument changed": """
        def rank_task(self, event_id):
            return rank(int(event_id))  # bad
    """,
    "argument dropped": """
        def rank_task(self, event_id, user_id):
            return rank(event_id)  # bad
    """,
    "argument added": """
        def rank_task(self, event_id):
            return rank(event_id, full=True)  # bad
    """,
    "argument passed twice": """
        def rank_task(self, event_id):
            return rank(event_id, event_id=event_id)  # bad
    """,
    "arguments swapped": """
        def rank_task(self, event_id, user_id):
            return rank(user_id, event_id)  # bad
    """,
    "keywords swapped": """
        def rank_task(self, event_id, user_id):
            return rank(event_id=user_id, user_id=event_id)  # bad
    """,
    "itself passed on": """
        def rank_task(self, event_id):
            return rank(self, event_id)  # bad
    """,
    "stars": """
        def rank_task(self, *event_ids):
            return rank(*event_ids)  # bad
    """,
    "double stars": """
        def rank_task(self, **of_id):
            return rank(**of_id)  # bad
    """,
    "async": """
        async def rank_task(self, event_id):  # bad
            return rank(event_id)
    """,
}

GOOD = {
    "plain": """
        def rank_task(self, event_id):
            return rank(event_id)
    """,
    "docstring": """
        def rank_task(self, event_id):
            "Rank."
            return rank(event_id)
    """,
    "by keyword": """
        def rank_task(self, event_id, user_id, *, season_id):
            return rank(event_id, season_id=season_id, user_id=user_id)
    """,
    "typed": """
        def rank_task(self: object, event_id: int, /) -> dict[str, object]:
            return rank(event_id)
    """,
    "no arguments": """
        def rank_task(self):
            return rank()
    """,
}


def bound(function: str) -> str:
    return task_file(decorator='@shared_task(bind=True, name="events.rank")', function=function)


@pytest.mark.parametrize("case", BAD)
def test_more_than_one_call_is_found(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: bound(BAD[case])})


@pytest.mark.parametrize("case", GOOD)
def test_thin_task_is_accepted(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: bound(GOOD[case])})


def test_task_that_is_not_bound_passes_on_its_first_argument_too(tmp_path: Path) -> None:
    function = "def rank_task(event_id):\n    return rank()  # bad"
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: task_file(decorator="@shared_task", function=function)})


@pytest.mark.parametrize("order", ["@shared_task\n@atomic  # bad", "@atomic  # bad\n@shared_task"])
def test_second_decorator_is_found(tmp_path: Path, order: str) -> None:
    function = "def rank_task(event_id):\n    return rank(event_id)"
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: task_file(decorator=order, function=function)})


def test_service_of_another_app_is_found(tmp_path: Path) -> None:
    source = """
        from celery import shared_task
        from apps.rankings.services import rank

        @shared_task
        def rank_task(event_id):
            return rank(event_id)  # bad
    """
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: source})


def test_service_by_relative_import_is_accepted(tmp_path: Path) -> None:
    source = """
        from celery import shared_task
        from .services import rank

        @shared_task
        def rank_task(event_id):
            return rank(event_id)
    """
    assert_finds_marked(tmp_path, thin_task.RULE, {PATH: source})


def test_what_to_write_passes_stars_on(tmp_path: Path) -> None:
    source = """
        from celery import shared_task

        @shared_task
        def rank_task(event_id, *places, **options):
            print(event_id)
    """
    plant(tmp_path, {PATH: source})
    [problem] = thin_task.RULE.check(read_project(tmp_path))
    assert problem.instead == "write `return rank(event_id, *places, **options)`"
