"""Runs the command line in this process, over planted projects."""

from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from guardrails.command import main
from tests.unit.guardrails.planted import plant

# What a planted project does not have, and is not asked for.
TABLE = '[tool.guardrails]\nignore = ["GR001", "GR018"]\n'
# Without Celery anywhere, `.delay` is nobody's.
APPLICATION = "from celery import Celery\n\napp = Celery('x')\n"
SENDS = "def publish(work):\n    work.delay(1)\n"


@dataclass(frozen=True)
class Told:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        return [line.split(" ")[1] for line in self.out.splitlines()]

    @property
    def places(self) -> list[str]:
        return [line.split(" ")[0].rstrip(":") for line in self.out.splitlines()]


def project(root: Path, files: Mapping[str, str], table: str = TABLE) -> Path:
    plant(root, {"manage.py": "", "pyproject.toml": table, "config/celery.py": APPLICATION, **files})
    return root


def run(root: Path, *arguments: str) -> Told:
    out, err = StringIO(), StringIO()
    with chdir(root), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(list(arguments))
        except SystemExit as ended:  # argparse
            code = int(ended.code or 0)
    return Told(code, out.getvalue(), err.getvalue())
