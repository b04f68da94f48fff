"""Source trees that are planted for a test, with the lines marked on which a rule has to speak."""

import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from guardrails.project import read_project
from guardrails.rule import Rule

Place = tuple[str, int]  # path and line
# What cannot be followed is Celery's in a project that has Celery.
USES_CELERY = {"config/application.py": "from celery import Celery\n\napp = Celery('backend')\n"}
_MARK = re.compile(r"#((?: bad)+)$")


def plant(root: Path, files: Mapping[str, str]) -> None:
    """Write sources under root; common indentation and a leading empty line are dropped."""
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source).lstrip("\n"))


def marked(files: Mapping[str, str]) -> list[Place]:
    """The places of the lines that end in `# bad`, twice where a line ends in `# bad bad`."""
    return sorted(
        (name, number)
        for name, source in files.items()
        for number, line in enumerate(dedent(source).lstrip("\n").splitlines(), start=1)
        if (mark := _MARK.search(line))
        for _ in range(mark[1].count("bad"))
    )


def found(root: Path, rule: Rule) -> list[Place]:
    """The places where one rule finds something, each as often as it does."""
    return sorted((str(finding.path), finding.line) for finding in rule.findings(read_project(root)))


def assert_finds_marked(root: Path, rule: Rule, files: Mapping[str, str]) -> None:
    """The rule speaks on each marked line and nowhere else."""
    plant(root, {**USES_CELERY, **files})
    assert not read_project(root).unreadable  # else the rule would see nothing of it
    assert found(root, rule) == marked(files)


def task_file(*, decorator: str | None = None, function: str | None = None) -> str:
    """A tasks.py of the app `events` with one task that keeps every rule, but for what is given."""
    kept = (
        '@shared_task(bind=True, name="events.rank", autoretry_for=(Exception,), '
        'retry_kwargs={"max_retries": 3, "countdown": 10})'
    )
    lines = [
        "from celery import shared_task",
        "from apps.events.services import rank",
        "",
        "",
        decorator or kept,
        dedent(function or "def rank_task(self: object, event_id: int) -> None:\n    return rank(event_id)"),
    ]
    return "\n".join(lines) + "\n"
