"""What kind of process this is."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import PurePath

OF_COMMAND = {
    "relay": "relay",
    "consume_dead_letters": "dead-letters",
    "serve_metrics": "metrics",
    "run": "supervisor",
    "run_worker": "embedded",  # relay, worker and beat in one
    "runserver": "web",
}
OF_CELERY = ("worker", "beat", "flower")


@cache
def role() -> str:
    """web, worker, relay, beat, dead-letters, ...: by how the process was started."""
    return role_of(sys.argv)


def role_of(arguments: Sequence[str]) -> str:
    """The same by a command line; `command` for whatever ends by itself."""
    program, *rest = [PurePath(arguments[0]), *arguments[1:]]
    # `python -m celery` shows as /.../celery/__main__.py.
    names = {program.name, program.parent.name}
    if names & {"gunicorn", "uvicorn"}:
        return "web"
    if "celery" in names:
        return next((name for name in OF_CELERY if name in rest), "command")
    return OF_COMMAND.get(rest[0], "command") if rest else "command"
