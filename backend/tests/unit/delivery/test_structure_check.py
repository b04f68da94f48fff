"""`manage.py check` tells what guardrails finds, and nothing else waits for it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.core.checks import run_checks
from django.core.checks.registry import registry
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from delivery.management.commands import check
from delivery.structure import check_structure

TABLE = '[tool.guardrails]\nselect = ["GR011"]\n'
IMPORTS = "import json\nimport celery\n"


def others() -> set[object]:
    """The registered checks but for this one."""
    return {each for each in registry.registered_checks if each != check_structure}  # type: ignore[comparison-overlap]


@pytest.fixture
def project(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own with one finding; checks that are registered here are forgotten afterwards."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "pyproject.toml").write_text(TABLE)
    for app in ("events", "rankings"):
        (tmp_path / "apps" / app).mkdir(parents=True)
    (tmp_path / "apps/events/x.py").write_text(IMPORTS)
    monkeypatch.setattr(registry, "registered_checks", others())
    return tmp_path


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("check", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_findings_are_messages(project: Path) -> None:
    (message,) = check_structure()
    assert (message.id, message.obj) == ("GR011", "apps/events/x.py:2:1")
    assert message.msg.startswith("x.py imports celery, but ")
    assert message.msg.endswith(".")
    assert message.hint
    assert message.hint not in message.msg


@pytest.mark.parametrize("arguments", [[], ["--tag", "guardrails"]])
@pytest.mark.usefixtures("project")
def test_the_command_fails_with_them(arguments: list[str]) -> None:
    with pytest.raises(SystemCheckError, match=r"apps/events/x.py:2:1: \(GR011\) x.py imports celery, but "):
        run(*arguments)


@pytest.mark.usefixtures("project")
def test_other_tags_do_not_read_the_source() -> None:
    assert "no issues" in run("--tag", "templates")


@pytest.mark.usefixtures("project")
def test_only_the_command_asks_for_them() -> None:
    apps.get_app_config("delivery").ready()
    assert others() == registry.registered_checks
    assert not [message for message in run_checks() if message.id == "GR011"]


@pytest.mark.usefixtures("project")
def test_a_deployment_is_not_asked_for_its_source() -> None:
    with pytest.raises(CommandError, match='no system check with the "guardrails" tag'):
        run("--deploy", "--tag", "guardrails")


@pytest.mark.usefixtures("project")
def test_where_the_checker_is_not_it_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    absent: Callable[[str], None] = lambda _name: None  # noqa: E731
    monkeypatch.setattr(check, "find_spec", absent)
    with pytest.raises(CommandError, match='no system check with the "guardrails" tag'):
        run("--tag", "guardrails")


def test_apps_that_are_named_are_told_alone(project: Path) -> None:
    def named(label: str) -> AppConfig:
        config = apps.get_app_config(label)
        return type("Config", (), {"path": str(project / "apps" / config.label)})()  # type: ignore[no-any-return]

    assert [each.id for each in check_structure(app_configs=[named("events")])] == ["GR011"]
    assert check_structure(app_configs=[named("rankings")]) == []
    assert check_structure(app_configs=[]) == []


def test_accepted_findings_are_not_told(project: Path) -> None:
    (project / "pyproject.toml").write_text(TABLE + 'baseline = "b.json"\n')
    entry = '{"path": "apps/events/x.py", "code": "GR011", "source": "import celery", "count": 1}'
    (project / "b.json").write_text(f'{{"findings": [{entry}]}}')
    assert check_structure() == []


@pytest.mark.parametrize("table", ["[tool.guardrails]\naps = []\n", TABLE + 'baseline = "nowhere.json"\n'])
def test_a_wrong_configuration_is_a_message(project: Path, table: str) -> None:
    (project / "pyproject.toml").write_text(table)
    (message,) = check_structure()
    assert message.id == "guardrails.E001"
    assert str(project) in message.msg
