"""The sieve before anything is followed: too coarse costs time, too fine loses findings."""

from pathlib import Path

import pytest

from guardrails.project import read_project
from tests.unit.guardrails.planted import plant

SEED = frozenset({"shared_task"})

EVERYWHERE = {
    "at the top": "job = shared_task",
    "within a block": "try:\n    pass\nexcept ImportError:\n    job = shared_task",
    "within the cases of a match": "match x:\n    case 1:\n        job = shared_task",
    "within a class": "class Jobs:\n    job = shared_task",
    "within a class of a function": "def f():\n    class Jobs:\n        job = shared_task\n    return Jobs",
    "by a loop": "for job in [partial(shared_task)]: ...",
    "on the way": "f(job := shared_task)",
    "by a block that it is opened for": "with shared_task as job: ...",
    "by another name": "other = shared_task\njob = other",
    "by an import": "from celery import shared_task as job",
    "by a container": "job = {}\njob['x'] = shared_task",
    "of a text": "job = getattr(celery, 'shared_task')",
    "as one of several": "other, (job, *rest) = shared_task, x",
    "taken from outside by a function": "job = None\ndef f():\n    global job\n    job = shared_task",
    "given by a function": "def job():\n    if x:\n        return shared_task",
    "given by a function by way of its own variable": "def job():\n    mine = shared_task\n    return mine",
    "derived": "class job(shared_task): ...",
}
WITHIN = {
    "a variable of a function": "def f():\n    job = shared_task",
    "a variable of a function by way of another": "def f():\n    mine = shared_task\n    job = mine",
    "a parameter": "def f(job=shared_task): ...",
    "a parameter by keyword": "def f(*, job=shared_task): ...",
    "of a comprehension": "[job for job in [partial(shared_task)]]",
    "of a loop in a function": "async def f():\n    for job in [partial(shared_task)]: ...",
    "annotated": "def f():\n    job: object = shared_task",
}
NOWHERE = {
    "an argument": "job = f(shared_task)",
    "the object whose attribute is set": "job.x = shared_task",
    "the key under which it is put": "x[job] = shared_task",
}


def _met(root: Path, source: str, word: str) -> tuple[bool, bool]:
    """Whether the word may stand for the seed in the file itself, and in another."""
    plant(root, {"a.py": source, "b.py": ""})
    project = read_project(root)
    here, there = project.modules
    return word in project.aliases(here, SEED), word in project.aliases(there, SEED)


@pytest.mark.parametrize("case", EVERYWHERE)
def test_is_met_everywhere(tmp_path: Path, case: str) -> None:
    assert _met(tmp_path, EVERYWHERE[case], "job") == (True, True)
    assert _met(tmp_path, EVERYWHERE[case], ".job") == (True, True)


@pytest.mark.parametrize("case", WITHIN)
def test_is_met_in_its_own_file_alone(tmp_path: Path, case: str) -> None:
    assert _met(tmp_path, WITHIN[case], "job") == (True, False)
    assert _met(tmp_path, WITHIN[case], ".job") == (False, False)


@pytest.mark.parametrize("case", NOWHERE)
def test_is_met_nowhere(tmp_path: Path, case: str) -> None:
    assert _met(tmp_path, NOWHERE[case], "job") == (False, False)


def test_an_attribute_is_met_as_an_attribute(tmp_path: Path) -> None:
    source = "class Jobs:\n    def __init__(self):\n        self.job = shared_task"
    assert _met(tmp_path, source, ".job") == (True, True)
    assert _met(tmp_path, source, "job") == (False, False)


def test_what_a_loader_gives_is_no_loader(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "load = import_module\nmodule = import_module(name)"})
    project = read_project(tmp_path)
    met = project.aliases(project.modules[0], frozenset({"import_module"}))
    assert ("load" in met, "module" in met) == (True, False)


def test_a_loop_of_names_goes_on_for_ever_for_nobody(tmp_path: Path) -> None:
    assert _met(tmp_path, "job = other\nother = job\njob = shared_task", "other") == (True, True)
