"""An import that is killed goes on where it was; several runs of one import share it."""

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random, SystemRandom

import pytest
from django.db import connection

from apps.events.models import Event, ImportBatch, ImportPart, ImportRow
from apps.events.services import generate_event_ranking, import_scores
from tests.factories import make_event
from tests.integration.events.imports.files import counts, entries, import_file, scores, submit, told
from tests.processes import RunningProcess

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite's test database is seen by one process only"
    ),
]
SEED = SystemRandom().randrange(10**6)
ROWS = 8_000
# So many are left at every kill: it comes from a thread that waits for its turn while the import goes on.
LEFT = 4_000
# In the middle of the next chunk, which takes longer than this; from outside, a quick import would be over too soon.
LONGEST_DELAY = 0.02
# The moment is chosen by how far the import is: SIGKILL then comes from a thread of its own.
KILLED_IMPORT = """
import os, signal, threading
from apps.events.services import import_scores

def look(batch):
    if batch.state == "{state}" and batch.received >= {rows}:
        threading.Timer({delay}, os.kill, (os.getpid(), signal.SIGKILL)).start()

import_scores({batch}, progress=look)
"""
COLUMNS = "bib=bib,name=name,division=sex,score=score"


@pytest.fixture
def random() -> Random:
    sys.stdout.write(f"seed {SEED}\n")  # shown when a test fails
    return Random(SEED)


@pytest.fixture
def killed(tmp_path: Path) -> Iterator["KilledImports"]:
    imports = KilledImports(tmp_path)
    yield imports
    imports.end()


class KilledImports:
    """Runs imports in processes of their own and kills them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running: list[RunningProcess] = []

    def run_until(self, batch: ImportBatch, state: str, rows: int, *, delay: float) -> None:
        """Go on with an import that is killed `delay` seconds after it has taken so many rows in this state."""
        code = KILLED_IMPORT.format(batch=batch.pk, state=state, rows=rows, delay=delay)
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        process = RunningProcess(command, self._directory / f"{len(self._running)}.log", {})
        self._running.append(process)
        assert process.wait() == -signal.SIGKILL, f"over before it was killed: {process.log}"
        batch.refresh_from_db()
        assert batch.state == state

    def end(self) -> None:
        for process in self._running:
            process.kill()


def make_file(random: Random, rows: int = ROWS) -> str:
    """A file with new rows, wrong ones, and some that name a bib again."""
    lines = ["bib,name,sex,score"]
    for bib in range(1, rows + 1):
        wrong = random.random() < 0.02
        number = random.randrange(1, bib) if bib > 1 and random.random() < 0.02 else bib
        lines.append(f"{number},Runner {bib},{'FM'[bib % 2]},{'soon' if wrong else random.randrange(1000, 9000)}")
    return "\n".join(lines)


def content_hash(event: Event) -> str:
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.current_ranking is not None
    return event.current_ranking.content_hash


def test_kills_at_random_moments_leave_no_trace(random: Random, killed: KilledImports) -> None:
    content = make_file(random)
    undisturbed, event = make_event(), make_event()
    expected = import_file(undisturbed, content, columns=COLUMNS)
    batch = submit(event, content, columns=COLUMNS)
    for rows in sorted(random.sample(range(1, ROWS - LEFT), 4)):
        killed.run_until(batch, "running", rows, delay=random.uniform(0, LONGEST_DELAY))
    import_scores(batch.pk)
    batch.refresh_from_db()
    assert told(batch) == told(expected)
    assert (entries(event), scores(event)) == (entries(undisturbed), scores(undisturbed))
    assert content_hash(event) == content_hash(undisturbed)
    assert (ImportPart.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_a_replacing_import_killed_while_it_checks_and_while_it_stores(random: Random, killed: KilledImports) -> None:
    before = "bib,score\n" + "".join(f"{bib},900\n" for bib in range(1, 500, 2))
    content = "bib,score\n" + "".join(f"{bib},{random.randrange(900, 910)}\n" for bib in range(250, 250 + ROWS))
    undisturbed, event = make_event(), make_event()
    for race in (undisturbed, event):
        import_file(race, before)
    expected = import_file(undisturbed, content, mode="replace")
    batch = submit(event, content, mode="replace")
    killed.run_until(batch, "checking", random.randrange(1, ROWS - LEFT), delay=random.uniform(0, LONGEST_DELAY))
    assert len(entries(event)) == 250
    killed.run_until(batch, "running", random.randrange(1, ROWS - LEFT), delay=random.uniform(0, LONGEST_DELAY))
    import_scores(batch.pk)
    batch.refresh_from_db()
    assert told(batch) == told(expected)
    assert batch.withdrawn == 125
    assert (entries(event), scores(event)) == (entries(undisturbed), scores(undisturbed))


def test_several_runs_at_once_store_everything_once(random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 50)
    content = make_file(random, 2000)
    undisturbed, event = make_event(), make_event()
    expected = import_file(undisturbed, content, columns=COLUMNS)
    batch = submit(event, content, columns=COLUMNS)
    taken: list[tuple[str, int]] = []  # by whom, and how many rows there were afterwards

    def run(barrier: threading.Barrier) -> None:
        barrier.wait()
        name = threading.current_thread().name
        import_scores(batch.pk, progress=lambda batch: taken.append((name, batch.received)))
        connection.close()

    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=run, args=(barrier,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({name for name, _ in taken}) == 3
    batch.refresh_from_db()
    assert told(batch) == told(expected)
    assert (entries(event), scores(event)) == (entries(undisturbed), scores(undisturbed))


def test_a_task_that_is_delivered_again_reports_what_the_first_did() -> None:
    event = make_event()
    batch = submit(event, "bib,score\n7,61\n")
    first = import_scores(batch.pk)
    assert first["accepted"] == 1
    assert import_scores(batch.pk) == first
    batch.refresh_from_db()
    assert counts(batch) == {"received": 1, "accepted": 1}
