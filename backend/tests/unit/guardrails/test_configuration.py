"""`[tool.guardrails]`: where it is found, what it says, and how it is refused."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path, PurePosixPath

import pytest

import guardrails
from guardrails.checker import CODES
from guardrails.configuration import Configuration
from guardrails.configuration_file import ConfigurationError, Place, find_project
from guardrails.configuration_values import read_table
from guardrails.project import read_project
from guardrails.reading import parse
from tests.unit.guardrails.planted import plant
from tests.unit.guardrails.told import run

WHOLE = """
    [tool.guardrails]
    root = "src"
    apps = ["*/apps/*", "plain"]
    services = "logic"
    tasks = "jobs"
    enqueue = ["outbox.ask", "outbox.ask_later"]
    senders = ["outbox"]
    task-base = "outbox.base"
    queues = ["fast"]
    given = ["manage.py"]
    layers = ["site", "outbox"]
    tests = ["checks"]
    exclude = ["generated"]
    select = ["GR003"]
    ignore = ["GR001"]
    baseline = "accepted.json"

    [tool.guardrails.per-path-ignores]
    "scripts/*" = ["GR016"]
"""


def place(folder: Path) -> Place:
    return find_project(folder, CODES)


def test_every_key_is_read(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": WHOLE, "src/x.py": ""})
    read = place(tmp_path).configuration
    assert read == Configuration(
        root="src",
        apps=("*/apps/*", "plain"),
        services="logic",
        tasks="jobs",
        enqueue=("outbox.ask", "outbox.ask_later"),
        senders=("outbox",),
        task_base="outbox.base",
        queues=("fast",),
        given=("manage.py",),
        layers=("site", "outbox"),
        tests=("checks",),
        exclude=("generated",),
        select=("GR003",),
        ignore=("GR001",),
        per_path_ignores={"scripts/*": ("GR016",)},
        baseline="accepted.json",
    )
    defaults = Configuration()
    assert all(getattr(read, field.name) != getattr(defaults, field.name) for field in fields(Configuration))


def test_an_empty_table_is_the_conventions() -> None:
    assert read_table({}, CODES) == Configuration()


def test_root_is_what_the_nearest_table_says(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "pyproject.toml": '[tool.guardrails]\nroot = "backend"\nbaseline = "old.json"',
            "backend/pyproject.toml": "[tool.ruff]\n",  # not ours
            "backend/apps/events/services.py": "",
            "manage.py": "",
        },
    )
    for start in (tmp_path, tmp_path / "backend", tmp_path / "backend/apps/events"):
        found = place(start)
        assert (found.root, found.baseline) == (tmp_path / "backend", tmp_path / "old.json")


def test_a_nearer_table_wins(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"pyproject.toml": "[tool.guardrails]\n", "one/pyproject.toml": "[tool.guardrails]\n", "one/a/x.py": ""},
    )
    assert place(tmp_path / "one/a").root == tmp_path / "one"


def test_without_a_table_root_is_the_folder_of_manage_py(tmp_path: Path) -> None:
    plant(tmp_path, {"site/manage.py": "", "site/apps/a/x.py": "", "pyproject.toml": "[project]\nname = 'x'\n"})
    assert place(tmp_path / "site/apps/a") == Place(tmp_path / "site", Configuration())
    plant(tmp_path, {"manage.py": ""})
    assert place(tmp_path / "site/apps/a").root == tmp_path / "site"


def test_else_root_is_the_one_folder_below_with_a_manage_py(tmp_path: Path) -> None:
    plant(tmp_path, {"site/manage.py": "", "docs/x.py": "", "deep/er/manage.py": ""})
    assert place(tmp_path).root == tmp_path / "site"
    plant(tmp_path, {"other/manage.py": ""})
    assert place(tmp_path).root == tmp_path


def test_without_anything_root_is_the_folder_itself(tmp_path: Path) -> None:
    plant(tmp_path, {"apps/a/x.py": ""})
    assert place(tmp_path / "apps").root == tmp_path / "apps"
    assert place(tmp_path / "apps").baseline is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("aps = []", "tool.guardrails.aps: there is no such key; there are root, apps, "),
        ("task_base = 'x'", "tool.guardrails.task_base: there is no such key"),
        ("apps = 'apps/*'", "tool.guardrails.apps: 'apps/*' is not a list"),
        ("apps = [1]", "tool.guardrails.apps: 1 is not a text"),
        ("apps = ['']", "tool.guardrails.apps: '' is not a text"),
        ("apps = ['/apps']", "tool.guardrails.apps: '/apps' must start at the project's root"),
        ("exclude = ['/ ']", "tool.guardrails.exclude: '/ ' is empty\n"),
        ("exclude = ['X']\ntests = ['//']", "tool.guardrails.tests: '//' is empty\n"),
        (r"exclude = ['a\b']", "tool.guardrails.exclude: 'a\\\\b' must be written with /"),
        ("given = ['config/*.py']", "tool.guardrails.given: 'config/*.py' is a pattern, and must be a path"),
        ("services = 'a.b'", "tool.guardrails.services: 'a.b' is not the name of a module alone"),
        ("tasks = 'tasks.py'", "tool.guardrails.tasks: 'tasks.py' is not the name of a module alone"),
        ("task-base = 'a/b'", "tool.guardrails.task-base: 'a/b' is not a dotted name"),
        ("enqueue = ['a b']", "tool.guardrails.enqueue: 'a b' is not a dotted name"),
        ("task-base = 3", "tool.guardrails.task-base: 3 is not a text"),
        ("ignore = ['GR999']", "tool.guardrails.ignore: 'GR999' is no code; there are GR001, GR002, "),
        ("select = [['GR001']]", "tool.guardrails.select: ['GR001'] is no code"),
        ("per-path-ignores = []", "tool.guardrails.per-path-ignores: [] is not a table"),
        ("per-path-ignores = {'../x' = ['GR001']}", "tool.guardrails.per-path-ignores: '../x' must start at"),
        ("per-path-ignores = {x = ['GR999']}", "tool.guardrails.per-path-ignores: 'GR999' is no code"),
        ("root = 'nowhere'", 'tool.guardrails.root: there is no folder "nowhere"'),
        ("root = 3", "tool.guardrails.root: 3 is not a text"),
        ("root = '..'", "tool.guardrails.root: '..' must start at"),
        ("root =", "cannot be read: Invalid value (at line 2, column 7)"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_key(tmp_path: Path, line: str, told: str) -> None:
    plant(tmp_path, {"pyproject.toml": f"[tool.guardrails]\n{line}\n"})
    result = run(tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"guardrails: {tmp_path}/pyproject.toml: {told}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[tool]\nguardrails = 3\n", "tool.guardrails: must be a table"),
        (b"x = '\xff'\n", "cannot be read: 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        place(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path}/pyproject.toml: {told}")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.guardrails]\ntasks = "jobs"\n', encoding="utf-8-sig")
    assert place(tmp_path).configuration.tasks == "jobs"


def test_a_module_knows_its_app_by_the_configuration() -> None:
    configuration = Configuration(apps=("src/*/apps/*", "plain"), tasks="jobs", tests=("checks",))

    def module(path: str) -> tuple[str | None, str | None, bool, bool]:
        parsed = parse(PurePosixPath(path), b"", configuration)
        assert not hasattr(parsed, "reason")
        return parsed.app, parsed.app_package, parsed.is_tasks, parsed.in_tests

    assert module("src/a/apps/events/jobs.py") == ("events", "src.a.apps.events", True, False)
    assert module("plain/jobs.py") == ("plain", "plain", True, False)
    assert module("plain/tasks.py") == ("plain", "plain", False, False)
    assert module("plain/api/jobs.py") == ("plain", "plain", False, False)
    assert module("plain/api/deep/er/jobs.py") == ("plain", "plain", False, False)
    assert module("plain/checks/jobs.py") == ("plain", "plain", False, True)
    assert module("apps/events/jobs.py") == (None, None, False, False)
    assert module("jobs.py") == (None, None, False, False)


def test_of_apps_within_each_other_the_inner_one_counts_where_a_pattern_of_its_own_names_it() -> None:
    def app_of(path: str, *apps: str) -> str:
        return str(Configuration(apps=apps).app_folder(PurePosixPath(path)))

    assert app_of("shop/orders/tasks.py", "shop", "shop/*") == "shop/orders"
    assert app_of("shop/orders/tasks.py", "shop/*", "shop") == "shop/orders"
    assert app_of("shop/models.py", "shop", "shop/*") == "shop"
    assert app_of("shop/orders/api/views.py", "shop", "shop/*") == "shop/orders"
    assert app_of("shop/orders/api/views.py", "shop/**") == "shop/orders"
    assert app_of("shop/orders/views.py", "shop", "shop/*", "!shop/orders") == "shop"


def test_the_root_is_no_app() -> None:
    assert Configuration(apps=("*",)).app_folder(PurePosixPath("manage.py")) is None


def test_what_is_excluded_is_not_read(tmp_path: Path) -> None:
    plant(tmp_path, {"old/a/x.py": "broken(:", "apps/a/x_pb2.py": "broken(:", "apps/a/y.py": ""})
    project = read_project(tmp_path, Configuration(exclude=("old", "*_pb2.py")))
    assert [str(module.path) for module in project.modules] == ["apps/a/y.py"]
    assert not project.unreadable


def test_what_is_hidden_is_not_read(tmp_path: Path) -> None:
    plant(
        tmp_path, {".old/x.py": "broken(:", "apps/.cache/x.py": "broken(:", "apps/.x.py": "broken(:", "apps/y.py": ""}
    )
    project = read_project(tmp_path, Configuration())
    assert [str(module.path) for module in project.modules] == ["apps/y.py"]
    assert not project.unreadable


def test_every_key_is_documented_with_its_default() -> None:
    readme = (Path(guardrails.__file__).parent / "README.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in readme.splitlines() if line.startswith("| `")]
    told: dict[str, str] = {}
    for keys, _, defaults in rows:
        names, values = re.findall(r"`(.+?)`", keys), re.findall(r"`(.+?)`", defaults) or [""]
        told |= {key: values[min(place, len(values) - 1)] for place, key in enumerate(names)}  # or all have one
    assert set(told) == {field.name.replace("_", "-") for field in fields(Configuration)}
    # These two are told in words.
    written = {key: tomllib.loads(f"x = {told[key]}")["x"] for key in set(told) - {"given", "baseline"}}
    assert read_table(written, CODES) == Configuration()


@pytest.mark.parametrize(
    ("apps", "place"),
    [
        (("shop/*", "!shop/settings"), "shop/<app>/jobs.py"),
        (("shop/orders",), "shop/orders/jobs.py"),
        (("shop/orders", "shop/users"), "the jobs.py of its app"),
    ],
)
def test_messages_name_the_place_of_tasks(apps: tuple[str, ...], place: str) -> None:
    assert Configuration(apps=apps, tasks="jobs").tasks_place == place


def test_patterns_may_say_what_is_no_app() -> None:
    configuration = read_table({"apps": ["shop/*", "!shop/settings", "!shop/l*"]}, frozenset())
    paths = ("shop/orders/x.py", "shop/settings/x.py", "shop/locale/x.py", "shop/x.py")
    folders = [configuration.app_folder(PurePosixPath(path)) for path in paths]
    assert folders == [PurePosixPath("shop/orders"), None, None, None]


@pytest.mark.parametrize("pattern", ["!", "!/shop", "!../shop"])
def test_what_is_no_app_is_checked_as_well(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"tool\.guardrails\.apps"):
        read_table({"apps": [pattern]}, frozenset())
