"""Small projects written in Markdown (as guardrails.examples reads them), completed and checked by every rule."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.examples import Example, read_examples
from guardrails.project import read_project
from guardrails.rules import RULES

CORPUS = Path(__file__).parent / "corpus"
Found = tuple[str, int, str]

# What every case has unless it brings its own: the files that are given, and an application.
COMPLETE = {
    **dict.fromkeys(Configuration().given, ""),
    "config/celery.py": 'from celery import Celery\n\napp = Celery("backend")\napp.autodiscover_tasks()\n',
    "config/__init__.py": "from config.celery import app as celery_app\n\n__all__ = ['celery_app']\n",
    "delivery/__init__.py": "",
    "delivery/outbox.py": "def enqueue(task_name, kwargs, *, coalesce_key=None, not_before=None): ...\n",
}


def corpus() -> Iterator[tuple[Path, Example]]:
    for document in sorted(CORPUS.glob("*.md")):
        for example in read_examples(document.read_text()):
            yield document, example


def plant_case(root: Path, example: Example) -> None:
    """Write the case's files, those that every case has, and the markers of packages."""
    files = {path: source for path, source in COMPLETE.items() if path not in example.missing} | example.files
    folders = {
        folder for path in files for folder in PurePosixPath(path).parents if path.endswith(".py") and folder.name
    }
    markers = {f"{folder}/__init__.py": "" for folder in folders} if not _is_flat(example) else {}
    for path, source in ({**markers, **files}).items():
        if path not in example.missing:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(source)


def _is_flat(example: Example) -> bool:
    return "pyproject.toml" in example.files


def findings(root: Path, configuration: Configuration) -> list[Found]:
    project = read_project(root, configuration)
    return sorted((str(one.path), one.line, one.code) for rule in RULES for one in rule.findings(project))
