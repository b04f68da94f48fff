"""Small projects written in Markdown (as guardrails.examples reads them), completed and checked by every rule."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from guardrails import formats
from guardrails.configuration import Configuration
from guardrails.configuration_values import read_table
from guardrails.examples import Example
from guardrails.project import Project
from guardrails.reading import Unreadable, parse
from guardrails.rule import Finding
from guardrails.rules import RULES

Found = tuple[str, int, str]

# What every case has unless it brings its own: the files that are given, and an application.
COMPLETE = {
    **dict.fromkeys(Configuration().given, ""),
    "config/celery.py": 'from celery import Celery\n\napp = Celery("backend")\napp.autodiscover_tasks()\n',
    "config/__init__.py": 'from config.celery import app as celery_app\n\n__all__ = ["celery_app"]\n',
    "delivery/outbox.py": "def enqueue(task_name, kwargs, *, coalesce_key=None, not_before=None): ...\n",
}
CODES = frozenset(rule.code for rule in RULES)


class Case:
    """An example with everything around it that it does not bring itself, so that only what it is about is found."""

    def __init__(self, example: Example) -> None:
        self.example = example

    @property
    def configuration(self) -> Configuration:
        given = self.example.files.get("pyproject.toml")
        return read_table(tomllib.loads(given)["tool"]["guardrails"], CODES) if given else Configuration()

    @property
    def files(self) -> Mapping[str, str]:
        """All files; with a configuration of its own a case brings its tree as well."""
        given = {} if "pyproject.toml" in self.example.files else COMPLETE
        files = {**given, **self.example.files}
        sources = [PurePosixPath(path) for path in files if path.endswith(".py")]
        folders = {folder for path in sources for folder in path.parents if folder.name and folder.parts[0] != "tests"}
        markers = {f"{folder}/__init__.py": "" for folder in folders}
        return {path: text for path, text in {**markers, **files}.items() if path not in self.example.missing}

    def project(self, root: Path) -> Project:
        """The project, parsed. Written to disk is only what is no source: some rules look for it there."""
        for path, text in self.files.items():
            if not path.endswith(".py"):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
        parsed = [
            parse(PurePosixPath(path), text.encode(), self.configuration)
            for path, text in sorted(self.files.items())
            if path.endswith(".py")
        ]
        unreadable = tuple(each for each in parsed if isinstance(each, Unreadable))
        modules = tuple(each for each in parsed if not isinstance(each, Unreadable))
        return Project(root, self.configuration, modules, unreadable)

    def findings(self, root: Path) -> list[Finding]:
        """What all rules find."""
        project = self.project(root)
        return sorted(one for rule in RULES for one in rule.findings(project))


def places(findings: Iterable[Finding]) -> list[Found]:
    """Path, line and code of each."""
    return sorted((str(one.path), one.line, one.code) for one in findings)


def told(findings: Iterable[Finding]) -> str:
    """What is said of them, line for line."""
    return "".join(f"{line}\n" for line in formats.text(findings, str).splitlines())
