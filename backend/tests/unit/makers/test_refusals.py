"""Whatever cannot be made is refused with its place and reason, and nothing is changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from makers.app_maker import plan_app
from makers.refusal import Refused
from makers.task_maker import plan_task
from tests.unit.makers.projects import ROOT, copy_parts

APPS = [
    ("1st", "app '1st': '1st' is no name: lower case words"),
    ("Prizes", "is no name"),
    ("prize-money", "is no name"),
    ("prizes_", "is no name"),
    ("../x", "is no name"),
    ("", "is no name"),
    ("class", "app 'class': `class` is a word of Python's own"),
    ("match", "`match` is a word of Python's own"),
    ("events", "app 'events': apps has a module of that name already (backend/apps/events)"),
    ("errors", "apps has a module of that name already"),
    ("json", "app 'json': an installed package or module has that name"),
    ("kombu", "an installed package or module has that name"),
    ("config", "an installed package or module has that name"),
    ("list", "an installed package or module has that name"),
    ("admin", "app 'admin': another app has that label"),
    ("x" * 25, "has 25 characters, at most 24 are possible"),
]
TASKS = [
    ("events", [], "task 'events': write APP.ACTION"),
    ("events.", [], "'' is no name"),
    ("events.a.b", [], "'a.b' is no name"),
    ("events.Rank", [], "'Rank' is no name"),
    ("events.del", [], "`del` is a word of Python's own"),
    ("events.list", [], "`list` is a name of Python's own, which its service would hide"),
    ("event.rank", [], "app 'event': does not exist; the nearest is 'events'; `manage.py new_app event` would make it"),
    ("zzz.rank", [], "app 'zzz': does not exist; there are events, "),
    ("security.rank", [], "app 'security': has no tasks.py and services.py, and so no queue"),
    ("events.import_scores", [], "task 'events.import_scores': exists already (backend/apps/events/tasks.py:"),
    ("events.shared_task", [], "binds `shared_task` already; take another name"),
    ("events.merge", [], "`merge` is there and no function of this module; take another name"),
    ("events.logged", ["event_id"], "argument 'event_id': write NAME:TYPE"),
    ("events.logged", ["event_id:float"], "`event_id` has the type 'float'; it may be int or str"),
    ("events.logged", ["event_id:list[int]"], "it may be int or str"),
    ("events.logged", ["event_ids:int"], "it may be list[int] or list[str]"),
    ("events.logged", ["event:int"], "argument 'event:int': `event` is no id: take *_id or *_ids"),
    ("events.logged", ["id:int"], "`id` is no id: take *_id"),
    ("events.logged", ["_ids:list[int]"], "is no name"),
    ("events.logged", ["a_id:int", "b_id:int", "a_id:str"], "argument 'a_id': is given twice"),
    ("events.void_score", [], "the service `void_score` is there: `reason` is no id"),
    (
        "events.request_event_ranking",
        ["event_id:str"],
        "the service `request_event_ranking` takes other arguments: event_id:int",
    ),
]


@pytest.mark.parametrize(("name", "reason"), APPS)
def test_an_app_that_cannot_be(name: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_app(ROOT, name, taken=["admin"])
    assert reason in str(refused.value)


@pytest.mark.parametrize(("name", "arguments", "reason"), TASKS)
def test_a_task_that_cannot_be(name: str, arguments: list[str], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_task(ROOT, name, arguments)
    assert reason in str(refused.value)


def renamed(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))

    return change


WORKERS = "deploy/kubernetes/components/autoscaling/scaled-workers.yaml"
# A project in which a place is not found any more, and what names it.
CHANGED = [
    (renamed("backend/config/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = [*()] + ["), "settings.py:"),
    (renamed("backend/config/settings.py", "QUEUES =", "NAMES ="), "backend/config/settings.py: binds no QUEUES"),
    (
        renamed("backend/config/settings.py", '"events",', '"events",\n    "laps_of_a_test",'),
        "names the queue 'laps_of_a_test' already",
    ),
    (
        renamed("pyproject.toml", 'id = "apps"', 'id = "all"'),
        "pyproject.toml: has no import contracts `apps` and `tasks`",
    ),
    (
        renamed("pyproject.toml", "layers = [", "layers=["),
        "the layers of apps, or",
    ),
    (
        renamed("pyproject.toml", "ignore_imports = [\n", "ignore_imports = [ # why\n"),
        "or the contract `tasks`, are not",
    ),
    (renamed("pyproject.toml", "[tool.ruff]", "[tool.ruff"), "pyproject.toml: has no import contracts"),
    (
        renamed("backend/message_contracts.json", '"queues"', '"other"'),
        "message_contracts.json: has no queues and tasks",
    ),
    (renamed("backend/message_contracts.json", "{", "["), "message_contracts.json: cannot be read as JSON"),
    (renamed("docker-compose.prod.yml", "  celery-worker", "  worker"), "docker-compose.prod.yml: has no service"),
    (
        renamed("docker-compose.cluster.yml", "  celery-worker", "  worker"),
        "docker-compose.cluster.yml: has no service",
    ),
    (renamed("docs/kubernetes.md", "up to ", "about "), "docs/kubernetes.md: says nowhere `up to NUMBER connections`"),
    (renamed("deploy/kubernetes/base/kustomization.yaml", "- worker-", "- "), "has no resource worker-*.yaml"),
    (
        renamed("deploy/kubernetes/base/broker-users.yaml", "|events|", "|"),
        "broker-users.yaml: does not name events|",
    ),
    (renamed(WORKERS, "ScaledObject", "Scaled"), "scaled-workers.yaml: has no ScaledObject"),
    (
        lambda root: (root / "deploy/kubernetes/base/broker-users.yaml").write_text(""),
        "broker-users.yaml: does not name events|",
    ),
    (lambda root: (root / "docker-compose.prod.yml").unlink(), "docker-compose.prod.yml: cannot be read"),
]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_parts(tmp_path_factory.mktemp("parts"))


@pytest.mark.parametrize(("change", "reason"), CHANGED)
def test_a_place_that_is_not_found(parts: Path, change: Callable[[Path], None], reason: str) -> None:
    before = {path: path.read_bytes() for path in parts.rglob("*") if path.is_file() and path.suffix != ".py"}
    before |= {path: path.read_bytes() for path in (parts / "backend" / "config").glob("*.py")}
    try:
        change(parts)
        with pytest.raises(Refused) as refused:
            plan_app(parts, "laps_of_a_test")
        assert reason in str(refused.value)
    finally:
        for path, content in before.items():
            path.write_bytes(content)


def test_a_task_whose_messages_may_still_be_under_way(parts: Path) -> None:
    contracts = parts / "backend" / "message_contracts.json"
    text = contracts.read_text()
    contracts.write_text(text.replace('{\n  "tasks"', '{\n  "retired": {"events.old": {}},\n  "tasks"', 1))
    try:
        with pytest.raises(Refused, match=r"events\.old is retired, and messages of it may be under way"):
            plan_task(parts, "events.old", [])
    finally:
        contracts.write_text(text)


def test_a_task_of_a_queue_that_the_contracts_do_not_know(parts: Path) -> None:
    contracts = parts / "backend" / "message_contracts.json"
    text = contracts.read_text()
    contracts.write_text(text.replace('    "events",\n', ""))
    try:
        with pytest.raises(Refused, match="has no queue 'events'"):
            plan_task(parts, "events.some_new_task_of_it", [])
    finally:
        contracts.write_text(text)


def test_a_refusal_names_the_line() -> None:
    place = "backend/apps/events/services.py"
    lines = (ROOT / place).read_text().splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if line.startswith("def void_score("))
    with pytest.raises(Refused) as refused:
        plan_task(ROOT, "events.void_score", [])
    assert str(refused.value).startswith(f"{place}:{number}: ")
