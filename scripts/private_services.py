#!/usr/bin/env python3
"""Runs a command with a private PostgreSQL and a private RabbitMQ, and removes both afterwards.

    scripts/private_services.py run [--durable] [--nodes N] -- COMMAND...
    scripts/private_services.py broker start|stop|kill|lose|freeze|thaw|alarm|calm [--node N]
    scripts/private_services.py database start|stop|kill|lose|abort

The command finds DATABASE_URL, CELERY_BROKER_URL, BROKER_MANAGEMENT_URL and PLACAR_SERVICES_DIR in its environment.
With several nodes RabbitMQ is a cluster, and the addresses of its nodes stand in the URLs behind one another. The
second and third form work inside of the command; without --node all nodes are meant. `stop` is a clean end, `kill` is
SIGKILL, `abort` PostgreSQL's immediate shutdown; `start` brings either back with its data, on the same port, and
returns when it is ready. `lose` is `kill` with the loss of the disk: `start` brings up an empty one then. `freeze`
stops the broker's process in its tracks (SIGSTOP), `thaw` lets it go on. `alarm` raises the broker's memory alarm
until `calm`. Each may be repeated without harm.

Needs Python 3.11 and nothing else; PostgreSQL and RabbitMQ come from the system, from apt-get (as root) or from Docker.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from throwaway import install, processes
from throwaway.errors import ServiceError
from throwaway.services import Services, create, open_existing

BROKER_VERBS = ("start", "stop", "kill", "lose", "freeze", "thaw", "alarm", "calm")
DATABASE_VERBS = ("start", "stop", "kill", "lose", "abort")


def main() -> int:
    """Parses the command line; returns the exit code, which is the command's own for `run`."""
    arguments = _parser().parse_args()
    try:
        if arguments.action == "run":
            return run(arguments.command, durable=arguments.durable, nodes=arguments.nodes)
        services = open_existing()
        if arguments.action == "database":
            getattr(services.database, arguments.verb)()
        else:
            broker = services.broker
            getattr(broker if arguments.node is None else broker.node(arguments.node), arguments.verb)()
    except ServiceError as error:
        print(f"private_services: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    start = actions.add_parser("run", help="run a command with both services")
    start.add_argument("--durable", action="store_true", help="PostgreSQL keeps fsync on, as in production")
    start.add_argument("--nodes", type=int, default=1, metavar="N", help="of RabbitMQ (default: 1)")
    start.add_argument("command", nargs="+", metavar="COMMAND")
    broker = actions.add_parser("broker")
    broker.add_argument("verb", choices=BROKER_VERBS)
    broker.add_argument("--node", type=int, metavar="N", help="one node alone, counted from 1")
    actions.add_parser("database").add_argument("verb", choices=DATABASE_VERBS)
    return parser


def run(command: list[str], *, durable: bool, nodes: int) -> int:
    """Starts both services, runs the command, ends the services; returns the command's exit code."""
    # A signal during the start must reach the clean-up below as well, so it becomes an exception from here on.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _leave)
    mode = install.prepare()
    processes.adopt_orphans()
    started = time.monotonic()
    services = create(mode, durable=durable, nodes=nodes)
    try:
        services.start()
        print(f"private_services: PostgreSQL and RabbitMQ ready after {time.monotonic() - started:.1f} s", flush=True)
        return _run_command(command, services)
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        services.destroy()
        processes.kill_children()
        shutil.rmtree(services.state.directory, ignore_errors=True)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _run_command(command: list[str], services: Services) -> int:
    try:
        child = subprocess.Popen(command, env=os.environ | services.state.environment())
    except OSError as error:
        raise ServiceError(f"cannot run {command[0]}: {error.strerror}") from error
    with _signals_go_to(child):
        code = processes.wait_for(child.pid)
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_go_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    def forward(number: int, _frame: FrameType | None) -> None:
        # Ctrl-C on a terminal goes to the whole foreground group: the child has it already, and twice means "hurry".
        if not (number == signal.SIGINT and sys.stdin and sys.stdin.isatty()):
            processes.send(child.pid, signal.Signals(number))

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, forward)
    yield


if __name__ == "__main__":
    sys.exit(main())
