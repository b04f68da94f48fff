"""Telling many people: from the publishing of a race to the last e-mail taken by a mail server on loopback.

    python -m benchmarks.notifications        inside of scripts/private_services.py run --durable

Placar's own way (fan-out in one statement, deliveries sent in bulk by few runs) is measured with a race of 100,000
accounts. Before it and after it the plain way (a Celery task for each person: benchmarks/plain_mail.py) tells some of
the same people the same. Both have two worker processes and the same sink, whose own limit is measured first. The time
is that from the commit to the last message taken; the plain way's includes asking for the tasks, as ours does.
"""

import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.setup import start_django, throwaway_database

start_django()

from django.contrib.auth.models import User  # noqa: E402 (after the set-up)
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from apps.events.models import Entry, Event, Participant  # noqa: E402
from apps.events.services import change_event_state, generate_event_ranking  # noqa: E402
from apps.notifications.models import Announcement, Delivery, DeliveryAttempt, Notification  # noqa: E402
from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.large_event import copy_in, make_large_event  # noqa: E402
from benchmarks.plain_mail import send_result_task  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from benchmarks.worker_notes import read_notes  # noqa: E402
from tests.chaos.rig import free_port  # noqa: E402
from tests.processes import Processes, wait_until  # noqa: E402

RECIPIENTS = int(os.environ.get("PLACAR_BENCH_RECIPIENTS", "100000"))
PLAIN_RECIPIENTS, WARM_UP = 1_000, 20
SINK_MESSAGES = 20_000
PATIENCE = 1_800
ROOT = Path(__file__).resolve().parent.parent


class Sink:
    """The mail server, in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mail_sink", str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._read()

    def taken(self) -> int:
        """How many messages it has taken."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextmanager
def sink() -> Iterator[Sink]:
    running = Sink()
    try:
        yield running
    finally:
        running.end()


def main() -> list[Figure]:
    """Notifications per second."""
    with (
        throwaway_database(),
        roles() as (processes, _broker),
        sink() as mail,
        tempfile.TemporaryDirectory() as directory,
    ):
        alone = _measure_sink(mail)
        print(f"the sink alone, 8 connections: {alone:,.0f} messages a second", flush=True)
        event = make_crowd(RECIPIENTS)
        environment = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "PYTHONPATH": str(ROOT)}
        theirs, our = Path(directory, "plain"), Path(directory, "ours")
        processes.start_relay()
        before = _run_plain(processes, mail, event, {**environment, "BENCH_NOTES": _made(theirs)})
        ours = _run_ours(processes, mail, event, {**environment, "BENCH_NOTES": _made(our)})
        after = _run_plain(processes, mail, event, {**environment, "BENCH_NOTES": _made(theirs)})
        notes, plain_notes = read_notes(our), read_notes(theirs)
    plain, plain_count = statistics.mean((before, after)), 2 * (PLAIN_RECIPIENTS + WARM_UP)
    print(f"a second: ours {ours:,.0f}; a task for each {before:,.0f} before, {after:,.0f} after", flush=True)
    return [
        Figure(f"{RECIPIENTS} notifications by e-mail, a second", ours, unit="/s"),
        Figure("the same by a task for each person, a second", plain, unit="/s"),
        Figure("times a task for each person", ours / plain, at_least=10),
        Figure("statements for each notification", notes.statements / RECIPIENTS, at_most=1),
        Figure("the same by a task for each", plain_notes.statements / plain_count),
        Figure("processor time of the workers for each", notes.seconds / RECIPIENTS * 1e3, unit="ms"),
        Figure("the same by a task for each", plain_notes.seconds / plain_count * 1e3, unit="ms"),
        Figure("peak memory of a worker process", notes.peak_bytes / 1e6, at_most=400, unit="MB"),
    ]


def make_crowd(count: int) -> Event:
    """A ranked and closed race of that many people with an account each."""
    event = make_large_event(count)
    first = copy_in(
        User,
        (
            {"username": f"runner-{number}", "email": f"runner-{number}@example.org", "is_active": True}
            for number in range(1, count + 1)
        ),
    )
    oldest = Entry.objects.filter(event=event).order_by("participant").values_list("participant", flat=True)[0]
    Participant.objects.filter(entries__event=event).update(user_id=F("pk") - oldest + first)
    generate_event_ranking(event.pk)
    return change_event_state(event.pk, action="close", by=None)


def _measure_sink(mail: Sink) -> float:
    content = b"Subject: x\r\n\r\n" + b"x" * 60 * 60
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _number: _send_many(mail.port, content, SINK_MESSAGES // 8), range(8)))
    return SINK_MESSAGES / (time.perf_counter() - started)


def _send_many(port: int, content: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as server:
        for _ in range(count):
            server.sendmail("a@example.org", ["b@example.org"], content)


def _run_ours(processes: Processes, mail: Sink, event: Event, environment: dict[str, str]) -> float:
    worker = processes.start_worker("--concurrency", "2", app="benchmarks.mail_worker", **environment)
    taken = mail.taken()
    started = time.perf_counter()
    change_event_state(event.pk, action="publish", by=None)
    wait_until(lambda: mail.taken() >= taken + RECIPIENTS, "all messages", seconds=PATIENCE)
    rate = RECIPIENTS / (time.perf_counter() - started)
    wait_until(lambda: not Delivery.objects.filter(state="waiting").exists(), "all marked", seconds=PATIENCE)
    assert mail.taken() == taken + RECIPIENTS, "a message was sent twice"
    assert DeliveryAttempt.objects.filter(outcome="sent").count() == RECIPIENTS
    worker.stop()
    return rate


def _run_plain(processes: Processes, mail: Sink, event: Event, environment: dict[str, str]) -> float:
    worker = processes.start_worker("--concurrency", "2", app="benchmarks.plain_mail", **environment)
    users = list(User.objects.order_by("?").values_list("pk", flat=True)[: PLAIN_RECIPIENTS + WARM_UP])
    Event.objects.filter(pk=event.pk).update(state=Event.State.PUBLISHED)
    announcement = Announcement.objects.create(
        kind=Announcement.Kind.RESULTS_PUBLISHED, key=f"plain-{time.time()}", event=event, ranking=event.public_ranking
    )
    _ask_and_wait(mail, announcement, users[:WARM_UP])  # what is made at first use
    started = time.perf_counter()
    _ask_and_wait(mail, announcement, users[WARM_UP:])
    rate = PLAIN_RECIPIENTS / (time.perf_counter() - started)
    worker.stop()
    Notification.objects.filter(announcement=announcement).delete()
    announcement.delete()
    Event.objects.filter(pk=event.pk).update(state=event.state)
    return rate


def _ask_and_wait(mail: Sink, announcement: Announcement, users: list[int]) -> None:
    taken = mail.taken()
    with transaction.atomic():
        for user_id in users:
            transaction.on_commit(partial(send_result_task.delay, announcement.pk, user_id))
    wait_until(lambda: mail.taken() >= taken + len(users), "all messages", seconds=PATIENCE)


def _made(directory: Path) -> str:
    directory.mkdir(exist_ok=True)
    return str(directory)


if __name__ == "__main__":
    print_summary(main())
