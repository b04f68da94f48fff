"""Processes killed at random moments: what was asked for is done, once, and the ranking is the undisturbed one.

PLACAR_CHAOS_SEED repeats the choices of a run, PLACAR_CHAOS_ENTRIES makes the race larger.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random, SystemRandom
from typing import Any

import pytest
from django_celery_results.models import TaskResult

from apps.events import pages
from apps.events.imports.report import summarize
from apps.events.models import Entry, Event, ImportBatch, Ranking, Score
from apps.events.result import RankingResult
from apps.notifications.models import Notification
from apps.rankings.models import Season, Standings
from delivery.ledger import states_of, task_state
from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.chaos.faults import DECK, Injector
from tests.chaos.work import HEAT_RUNNERS, Heat, Work
from tests.processes import Processes, wait_until
from tests.task_states import count_states

ENTRIES = int(os.environ.get("PLACAR_CHAOS_ENTRIES", "4000"))
SEED = int(os.environ.get("PLACAR_CHAOS_SEED") or SystemRandom().randrange(10**6))


@pytest.mark.django_db(transaction=True)
def test_ten_kills_at_random_moments_change_nothing(
    processes: Processes, broker: Broker, say: Callable[[str], None]
) -> None:
    say(f"\nPLACAR_CHAOS_SEED={SEED} PLACAR_CHAOS_ENTRIES={ENTRIES}")
    work = Work(Random(SEED), ENTRIES)
    # Numbers of its own: two threads would take turns with one source in another order each time.
    injector = Injector(Random(SEED + 1), processes, broker, work.event)
    with ThreadPoolExecutor(1) as thread:
        injecting = thread.submit(injector.inject_all)
        while not injecting.done():
            work.do_round()
            wait_until(lambda: work.imports_are_over() or injecting.done(), "the imports over")
    injecting.result()
    work.finish()
    wait_until(all_is_final, "a final result of every task")
    for line in account(injector, work):
        say(line)
    assert len(injector.faults) == len(DECK)
    check_tasks()
    check_imports(work)
    check_ranking(work)
    check_standings(work.season, work.event)
    for heat in work.heats:
        check_heat(heat)


def all_is_final() -> bool:
    return set(count_states()) <= {"succeeded", "failed"}


def account(injector: Injector, work: Work) -> Iterator[str]:
    """What was killed when, and what came of it all."""
    yield from map(str, injector.faults)
    states = count_states()
    outcome = ", ".join(f"{number} {state}" for state, number in states.items())
    rankings = Ranking.objects.filter(event=work.event).count()
    yield f"tasks: {outcome}; imports: {len(work.reports)}; scores recorded: {work.scores_recorded}"
    yield f"race: {len(work.race.runners)} entries, {rankings} revisions; events published: {len(work.heats) + 1}"


def check_tasks() -> None:
    messages = OutboxMessage.objects.all()
    assert not messages.filter(sent_at=None).exists()
    failed = [task_id for task_id, state in states_of(messages).items() if state != "succeeded"]
    assert not failed, list(TaskResult.objects.filter(task_id__in=failed).values("task_name", "result", "traceback"))
    # Nothing ran that nobody asked for.
    assert set(TaskResult.objects.values_list("task_id", flat=True)) == {str(each.task_id) for each in messages}


def check_imports(work: Work) -> None:
    """Every file was counted once, row by row."""
    for batch in ImportBatch.objects.all():
        summary = summarize(batch)
        expected = work.reports.pop(batch.pk)
        assert batch.state == ImportBatch.State.DONE
        assert {counter: summary[counter] for counter in expected} == expected
        assert batch.received == batch.accepted + batch.updated + batch.unchanged + batch.rejected
        assert batch.rejections.count() == batch.rejected
        # The result of the task is the report, however often it was run.
        assert batch.task_id is not None
        assert task_state(batch.task_id).result == summary
    assert not work.reports
    assert Score.objects.filter(event=work.event).exclude(idempotency_key="").count() == work.scores_recorded


def check_ranking(work: Work) -> None:
    """The race's current ranking says what the pure function says, in its hash and in each row."""
    work.event.refresh_from_db()
    ranking = work.event.current_ranking
    assert ranking is not None
    assert work.event.ranked_version == work.event.input_version
    expected = work.race.result()
    assert ranking.content_hash == expected.content_hash
    assert stored_rows(ranking) == expected_rows(expected)
    hashes = list(Ranking.objects.filter(event=work.event).order_by("revision").values_list("content_hash", flat=True))
    assert all(before != after for before, after in pairwise(hashes)), "a revision that says the same as the one before"


def stored_rows(ranking: Ranking) -> dict[str, list[tuple[Any, ...]]]:
    bibs = dict(Entry.objects.filter(event=ranking.event_id).values_list("pk", "bib"))
    return {
        key: [
            (bibs[row.entry_id], row.rank, row.position, row.tied, row.score, int(row.status))
            for row in pages.iter_rows(ranking, key)
        ]
        for key in pages.board_keys(ranking)
    }


def expected_rows(result: RankingResult) -> dict[str, list[tuple[Any, ...]]]:
    return {
        board.key: [
            (
                result.bibs[row].decode(),
                int(rank) or None,
                position,
                bool(tied),
                int(result.score[row]) if result.has_score[row] else None,
                int(result.status[row]),
            )
            for position, (row, rank, tied) in enumerate(zip(board.rows, board.rank, board.tied, strict=True), 1)
        ]
        for board in result.boards
    }


def check_standings(season: Season, event: Event) -> None:
    """Published once: one revision with lines. The one without is from before."""
    season.refresh_from_db()
    (standings,) = Standings.objects.filter(season=season, row_count__gt=0)
    assert season.current_standings == standings
    assert Standings.objects.filter(season=season).count() <= 2
    assert standings.event_ids == [event.pk]


def check_heat(heat: Heat) -> None:
    heat.event.refresh_from_db()
    assert heat.event.state == Event.State.PUBLISHED
    check_standings(heat.season, heat.event)
    told = Notification.objects.filter(announcement__event=heat.event).values_list(
        "recipient__username", "announcement__ranking"
    )
    names = [f"{heat.event.slug}-runner-{number}" for number in range(1, HEAT_RUNNERS + 1)]
    assert sorted(told) == sorted((name, heat.event.current_ranking_id) for name in names)
