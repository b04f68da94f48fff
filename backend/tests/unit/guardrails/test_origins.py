"""Names are followed through the project's own modules, however they are passed on."""

import ast
from pathlib import Path, PurePosixPath

import pytest

from guardrails.bindings import bound_scopes
from guardrails.configuration import Configuration
from guardrails.dotted import dotted
from guardrails.module import Module
from guardrails.names import called
from guardrails.project import read_project
from guardrails.reading import parse
from guardrails.resolving import Resolver
from guardrails.returns import returned
from guardrails.texts import Texts
from guardrails.words import words
from tests.unit.guardrails.planted import plant

PROJECT = {
    "config/__init__.py": "from config.celery import app as celery_app\nfrom .names import *\n",
    "config/celery.py": "from celery import Celery\napp = Celery('x')\ndef make():\n    return app\n",
    "config/names.py": "import celery\nfrom functools import partial\njob = partial(celery.shared_task, bind=True)\n",
    "config/strange.py": """
        from config.strange import turn as turn, there as here, here as there
        x = x.y = x.y.z
        def turn(): return turn().again
    """,
}


def origins(root: Path, imports: str, expression: str) -> list[str]:
    plant(root, {**PROJECT, "apps/use.py": f"{imports}\n{expression}\n"})
    project = read_project(root)
    module = next(module for module in project.modules if module.name == "apps.use")
    statement = module.tree.body[-1]
    assert isinstance(statement, ast.Expr)
    return sorted(project.origins(module, statement.value))


@pytest.mark.parametrize(
    ("imports", "expression", "origin"),
    [
        ("from config import celery_app", "celery_app.task", "celery.Celery().task"),
        ("from config.celery import app", "app", "celery.Celery()"),
        ("import config.celery", "config.celery.app.task", "celery.Celery().task"),
        ("from config import celery as c", "c.app.tasks.register", "celery.Celery().tasks.register"),
        ("from .own import x", "x", "apps.own.x"),
        ("from . import own", "own.x", "apps.own.x"),
        ("from config.celery import make", "make().task", "celery.Celery().task"),
        ("from config.celery import make", "make", "config.celery.make"),
        ("from config.names import job", "job", "celery.shared_task"),
        ("from config import job", "job()", "celery.shared_task()"),
        ("from config import *", "celery_app", "?celery_app"),
        ("import os", "os.path.join", "os.path.join"),
        ("import celery as c\napp: 'c.Celery'", "app.task", "celery.Celery().task"),
        ("import celery as c\napp: 'None | c.Celery'", "app.task", "celery.Celery().task"),
        ("import celery as c\nfrom typing import Optional\napp: Optional[c.Celery]", "app", "celery.Celery()"),
        ("import celery as c, typing\napp: typing.Annotated[c.Celery, 'x']", "app", "celery.Celery()"),
        ("import celery as c, typing\napp: typing.Final[c.Celery]", "app", "celery.Celery()"),
        ("import celery as c\napps: list[c.Celery]", "apps", "builtins.list()"),
        ("x: unknown", "x", "?x"),
        ("import importlib", "importlib.import_module('.x', package='celery')", "celery.x"),
        ("import importlib", "importlib.import_module('Xtra.y')", "Xtra.y"),
        ("import pkgutil", "pkgutil.resolve_name('celery:shared_task')", "celery.shared_task"),
        ("from django.apps import apps", "apps.get_registered_model('a', 'B')", "a.models.B"),
        ("from operator import attrgetter", "attrgetter()(x)", "operator.attrgetter()()"),
        ("from operator import attrgetter", "attrgetter(x)(y)", "operator.attrgetter()()"),
        ("import builtins", "builtins.dict.fromkeys()", "?dict.fromkeys()"),
        ("import celery, conf\nconf.held.app = celery.Celery()", "conf.held.app.task", "celery.Celery().task"),
        ("", "print", "?print"),
        ("", "f.g", "?f.g"),
        ("", "{}[0].task", "?.task"),
    ],
)
def test_origin(tmp_path: Path, imports: str, expression: str, origin: str) -> None:
    assert origin in origins(tmp_path, imports, expression)


@pytest.mark.parametrize(
    ("source", "is_outside", "classes"),
    [
        ("here", True, []),
        ("class A:\n    here", True, ["A"]),
        ("class A:\n    class B:\n        here", True, ["B"]),
        ("def f():\n    here", False, []),
        ("async def f():\n    here", False, []),
        ("def f():\n    class A:\n        here", False, ["A"]),
        ("class A:\n    def f(self):\n        here", False, ["A"]),
        ("x = lambda: here", False, []),
    ],
)
def test_what_an_expression_stands_in(source: str, is_outside: bool, classes: list[str]) -> None:
    module = parse(PurePosixPath("x.py"), source.encode(), Configuration())
    assert isinstance(module, Module)
    (here,) = (name for name in module.find(ast.Name) if name.id == "here")
    resolver = Resolver(module)
    assert (resolver.is_outside_of_functions(here), resolver.class_around(here)) == (is_outside, classes)


@pytest.mark.parametrize("name", ["x", "turn", "turn()", "here", "there", "x.y.z"])
def test_circles_end(tmp_path: Path, name: str) -> None:
    origins(tmp_path, "from config.strange import x, turn, here, there", name)


def test_chains_of_names_are_read_up_to_a_length() -> None:
    longest = "a" + ".b" * 50
    assert dotted(ast.parse(longest, mode="eval").body) == longest
    assert dotted(ast.parse(f"{longest}.b", mode="eval").body) is None


@pytest.mark.parametrize(
    ("path", "name", "package"),
    [
        ("manage.py", "manage", ""),
        ("apps/a/deep/__init__.py", "apps.a.deep", "apps.a.deep"),
        ("apps/a/migrations/0001_initial.py", "apps.a.migrations.0001_initial", "apps.a.migrations"),
    ],
)
def test_a_module_has_the_name_that_it_is_imported_by(path: str, name: str, package: str) -> None:
    module = parse(PurePosixPath(path), b"", Configuration())
    assert isinstance(module, Module)
    assert (module.name, module.package) == (name, package)
    assert module.absolute("celery", 0) == module.absolute("celery", 9) == "celery"


@pytest.mark.parametrize(
    ("origin", "gives"),
    [
        ("x[].get", "x"),
        ("x[].values", "x[]"),
        ("x[].save", "x[].save()"),
        ("x.get", "x.get()"),
        ("x.values", "x.values()"),
    ],
)
def test_what_a_call_gives(origin: str, gives: str) -> None:
    assert called(origin) == gives


RETURNS = """
def f():
    if x:
        return 1
    try:
        return 2
    except E:
        return 3
    match x:
        case 4:
            return 4
    def g():
        return 5
    class A:
        def h(self):
            return 6
    return
    return lambda: 7
"""


def test_what_a_function_returns_is_not_what_those_within_it_do() -> None:
    function = ast.parse(RETURNS).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert [ast.unparse(value) for value in returned(function)] == ["lambda: 7", "1", "2", "3", "4"]


def test_a_changed_file_is_read_anew_and_the_others_stay(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "broken(:", "b.py": "broken(:", "c.py": "x = 1"})
    changed = read_project(tmp_path).changed({PurePosixPath("a.py"): b"", PurePosixPath("c.py"): b"broken(:"})
    assert [str(each.path) for each in changed.unreadable] == ["b.py", "c.py"]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'a' + f'{b}'", "ab"),
        ("f'{b!r}'", None),
        ("f'{b:>3}'", None),
        ("'a' + unknown", None),
        ("'a'" + " + 'a'" * 21, "a" * 22),
        ("'a'" + " + 'a'" * 22, None),
        ('f"{' + "'a'" + " + 'a'" * 19 + '}"', "a" * 20),
        ('f"{' + "'a'" + " + 'a'" * 20 + '}"', None),
    ],
)
def test_text_that_can_be_read(expression: str, text: str | None) -> None:
    module = parse(PurePosixPath("x.py"), f"b = 'b'\n{expression}\n".encode(), Configuration())
    assert isinstance(module, Module)
    statement = module.tree.body[1]
    assert isinstance(statement, ast.Expr)
    assert Texts(bound_scopes(module)).of(statement.value) == text


@pytest.mark.parametrize(("names", "text"), [(21, "a"), (22, None)])
def test_text_is_followed_through_names_up_to_a_length(names: int, text: str | None) -> None:
    source = "x0 = 'a'\n" + "".join(f"x{name} = x{name - 1}\n" for name in range(1, names)) + f"x{names - 1}\n"
    module = parse(PurePosixPath("x.py"), source.encode(), Configuration())
    assert isinstance(module, Module)
    statement = module.tree.body[-1]
    assert isinstance(statement, ast.Expr)
    assert Texts(bound_scopes(module)).of(statement.value) == text


@pytest.mark.parametrize(
    ("expression", "its_words"),
    [
        ("app.task", {".task"}),
        ("shared_task(bind=True)", {"shared_task"}),
        ("f(x)", {"f"}),
        ("partial(x, y=z)", {"partial", "x", "z"}),
        ("x.get('y')", {".get", "x"}),
        ("load('celery.shared_task')", {"load", '"shared_task'}),
        ("load('plain')", {"load"}),
        ("'shared' + '_task'", {'"shared_task'}),
        ("x + 'task'", {"x", '"task'}),
        ("JOBS['slow']", {"JOBS"}),
        ("jobs['slow']", {"jobs"}),
        ("globals()['job']", {"globals", '"job'}),
        ("x.__dict__['job']", {".__dict__", '"job'}),
        ("[x, 'data', 1]", {"x"}),
    ],
)
def test_words_by_which_an_expression_may_be_known(expression: str, its_words: set[str]) -> None:
    assert words(ast.parse(expression, mode="eval").body) == its_words
