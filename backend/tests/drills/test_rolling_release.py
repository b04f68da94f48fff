"""To this release and back, with scores coming in and messages in flight, as docs/runbook/upgrades.md says."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import connection

from apps.events.models import Event
from delivery.accounts import find_unaccounted
from delivery.models import DeadLetter
from tests.broker import Broker
from tests.chaos.accounting import take_account
from tests.chaos.effects import rows
from tests.chaos.rig import free_port
from tests.chaos.roles import WORKERS, Role, Roles
from tests.drills.conftest import Tell
from tests.drills.deployment import roles_at, web_role
from tests.drills.previous import check_out, new_migrations, previous_release
from tests.drills.runbook import follow
from tests.drills.scoring import RULES, Source, check_ranking, is_ranked
from tests.processes import BACKEND, Processes, environment, wait_until
from tests.web_server import HOST

DATABASE = "rolling"
ENTRIES = 30
IN_FLIGHT = 200
OLD, NEW = "old", "new"
# In the order of the procedure.
ORDER = ("worker-1", "worker-2", "dead letters", "relay", "beat", "web", "web-2")
# Of code of either release: a message for which nothing else asks.
ASK = """
from django.db import transaction
from delivery.outbox import enqueue
for _ in range({count}):
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {{"event_id": {event_id}}})
"""


def test_rolling_release_and_back(processes: Processes, broker: Broker, tmp_path: Path, tell: Tell) -> None:
    revision = previous_release()
    old = check_out(revision, tmp_path / "previous")
    migrations = new_migrations(old)
    tell(f"the release before is {revision}; this one has {len(migrations)} migrations more: {', '.join(migrations)}")
    assert migrations
    with empty_database():
        for arguments in (["migrate"], ["topology"], ["schedules", "load", "schedules.json"]):
            manage(old, *arguments)
        ports = [free_port(), free_port()]
        roles = Roles(processes, {**roles_of(OLD, old, ports), **roles_of(NEW, BACKEND, ports)}, {})
        for role in ORDER:
            roles.start(f"{OLD} {role}")
        event_id, source = make_event_by_http(old, ports)
        source.start()
        wait_until(lambda: len(source.taken) > 60, "scores come in")
        ask(old, event_id, roles, OLD, tell)
        follow("upgrades", "Placar, from one release to the next", tell)
        run_on(source, tell, "old processes on the new schema")
        replace_all(roles, ORDER, OLD, NEW, tell)
        run_on(source, tell, "the new release")
        ask(BACKEND, event_id, roles, NEW, tell)
        replace_all(roles, ORDER[::-1], NEW, OLD, tell)
        run_on(source, tell, "the old release again, on the new schema")
        source.stop()
        check(Event.objects.get(pk=event_id), source, tell)
        assert {roles.stop(f"{OLD} {role}") for role in ORDER} == {0}


def check(event: Event, source: Source, tell: Tell) -> None:
    """Everything is done, once and right, and nobody was refused."""
    wait_until(lambda: is_ranked(event), "ranked")
    wait_until(lambda: not take_account().unaccounted, "all accounted for")
    lines = check_ranking(event, source)
    tell(f"the ranking of {lines} entries is that of all {len(source.taken)} scores; {take_account()}")
    refused = {status: times for status, times in source.answers.items() if status not in (0, 201)}
    tell(f"answers {dict(source.answers)} (0: the connection to a web server that stops), {source.slowest}")
    assert not refused
    assert not DeadLetter.objects.exists()
    assert find_unaccounted() == []


def replace_all(roles: Roles, order: tuple[str, ...], leaving: str, coming: str, tell: Tell) -> None:
    """One process after the other; the new one of a web server when the old one has left its port."""
    for role in order:
        began = time.monotonic()
        if role.startswith("web"):
            code = roles.stop(f"{leaving} {role}")
            roles.start(f"{coming} {role}")
        else:
            roles.start(f"{coming} {role}")
            code = roles.stop(f"{leaving} {role}")
        tell(f"{role}: {coming} for {leaving}, which ended with {code}, {time.monotonic() - began:.1f} s")
        assert code == 0


def ask(backend: Path, event_id: int, roles: Roles, release: str, tell: Tell) -> None:
    """Tasks of that release in the broker, while no worker of it is there."""
    for worker in ORDER[:2]:
        roles.stop(f"{release} {worker}")
    manage(backend, "shell", "-c", ASK.format(count=IN_FLIGHT, event_id=event_id))
    waiting = "SELECT count(*) FROM delivery_outboxmessage WHERE sent_at IS NULL"
    wait_until(lambda: rows(waiting) == [(0,)], "all sent")
    tell(f"{IN_FLIGHT} messages of the {release} release are in flight")
    for worker in ORDER[:2]:
        roles.start(f"{release} {worker}")


def run_on(source: Source, tell: Tell, what: str) -> None:
    before, done = len(source.taken), take_account().done
    wait_until(lambda: len(source.taken) > before + 60, "more scores")
    wait_until(lambda: take_account().done > done, "tasks done")
    tell(f"{what}: {len(source.taken) - before} more scores, {take_account().done - done} more tasks done")


def roles_of(release: str, backend: Path, ports: list[int]) -> dict[str, Role]:
    """All processes of a release, with two web servers."""
    names = roles_at(ports[0]) | {"web-2": web_role(ports[1])}
    # Two workers of one name would wait for one another.
    commands = {
        name: tuple(f"{release}-{word}" if word in WORKERS else word for word in role.command)
        for name, role in names.items()
    }
    return {
        f"{release} {name}": replace(role, command=commands[name], directory=backend) for name, role in names.items()
    }


def make_event_by_http(backend: Path, ports: list[int]) -> tuple[int, Source]:
    """By the old release alone: this one's models do not know its tables."""
    manage(backend, "createsuperuser", "--noinput", "--username=boss", "--email=boss@example.org")
    token = manage(backend, "drf_create_token", "boss").split()[2]
    post(ports[0], token, "/events", {"slug": "race", "name": "Race", "rules": RULES})
    post(ports[0], token, "/events/race/open", {})
    bibs = [str(number) for number in range(1, ENTRIES + 1)]
    for bib in bibs:
        post(ports[0], token, "/events/race/entries", {"bib": bib, "name": f"Runner {bib}"})
    ((event_id,),) = rows("SELECT id FROM events_event")
    return event_id, Source(ports, "race", token, bibs, per_second=30)


def post(port: int, token: str, path: str, body: Mapping[str, Any]) -> None:
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{HOST}:{port}/api/v1{path}", json.dumps(body).encode(), headers)
    urllib.request.urlopen(request).read()


def manage(backend: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=backend,
        env=environment() | {"DJANGO_SUPERUSER_PASSWORD": "secret"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def empty_database() -> Iterator[None]:
    """Another database of the same server, of which this process and those that it starts know."""
    execute(f"CREATE DATABASE {DATABASE}")
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
