"""By which origins tasks, what makes them and their classes are known."""

import pytest

from guardrails.task_makers import is_task_class, is_task_maker, looks_like_task_maker


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("celery.Task", True),
        ("celery.app.task.Task", True),
        ("celery.Celery().create_task_cls()", True),
        ("delivery.tasks", True),
        ("delivery.tasks.Base", True),
        ("delivery.tasks.make()", False),
        ("delivery.other.Task", False),
        ("elsewhere.Task", False),
        ("celery.Celery", False),
    ],
)
def test_base_classes_of_tasks(origin: str, is_one: bool) -> None:
    assert is_task_class(origin, "delivery.tasks") == is_one


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("celery.shared_task", True),
        ("celery.Celery().task", True),
        ("celery.current_app.tasks.register", True),
        ("celery.tasks.register", True),
        ("celery.other.tasks.register", False),
        ("tasks.register", False),
        ("celery.other.register", False),
        ("celery.Celery().other", False),
        ("celery.schedules.task", False),
        ("elsewhere.shared_task", False),
        ("shared_task", False),
        ("celery", False),
    ],
)
def test_makers_of_tasks(origin: str, is_one: bool) -> None:
    assert is_task_maker(origin) == is_one


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("?app.task", True),
        ("?celery_app.task", True),
        ("config.celery.app.task", True),
        ("config.celeryapp.app.task", True),
        ("config.other.app.task", False),
        ("?other.task", False),
        ("?app.other", False),
        ("celery.app.task", False),
        ("task", False),
    ],
)
def test_makers_of_tasks_by_their_names(origin: str, is_one: bool) -> None:
    assert looks_like_task_maker(origin) == is_one
