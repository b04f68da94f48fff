"""The steps of a replay, one by one: which letters it takes, and what stops it."""

import pytest
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.dead_letters import Selector, discard_dead_letters
from delivery.models import DeadLetter, OutboxMessage, Replay
from delivery.replays import advance_replays, order_replay
from tests.dead_letters import make_dead_letters

pytestmark = pytest.mark.django_db


def order(*letters: DeadLetter, per_second: float | None = None) -> Replay:
    selector = Selector(ids=tuple(letter.pk for letter in letters))
    return order_replay(selector.choice(), who="ana", reason="mended", per_second=per_second)


def end_canary(replay: Replay, status: str) -> None:
    """What relay and worker would write."""
    OutboxMessage.objects.filter(task_id=str(replay.canary)).update(sent_at=timezone.now())
    result = '{"exc_type": "E", "exc_message": ["again"]}'
    TaskResult.objects.create(task_id=str(replay.canary), status=status, result=result)


def states(letters: list[DeadLetter]) -> list[str]:
    for letter in letters:
        letter.refresh_from_db()
    return [letter.state for letter in letters]


def test_only_the_chosen_ones_that_still_wait_follow_the_canary() -> None:
    letters = make_dead_letters(4)
    replay = order(*letters)
    later = make_dead_letters(1)
    assert states(letters) == ["replayed", "waiting", "waiting", "waiting"]
    assert advance_replays()
    assert OutboxMessage.objects.count() == 1
    discard_dead_letters(Selector(ids=(letters[1].pk,)).choice(), who="bea", reason="not this one")
    end_canary(replay, "SUCCESS")
    advance_replays()
    assert states([*letters, *later]) == ["replayed", "discarded", "replayed", "replayed", "waiting"]
    replay.refresh_from_db()
    assert (replay.state, replay.outcome) == ("done", "")
    assert not advance_replays()


def test_what_dies_while_somebody_is_asked_is_not_part_of_the_answer() -> None:
    letters = make_dead_letters(2)
    choice = Selector().choice()
    later = make_dead_letters(1)
    assert discard_dead_letters(choice, who="ana", reason="a test") == 2
    assert states([*letters, *later]) == ["discarded", "discarded", "waiting"]


@pytest.mark.parametrize(("per_second", "step"), [(20, 10), (0.5, 1), (None, 500)])
def test_a_step_follows_once_all_of_the_last_was_sent(per_second: float | None, step: int) -> None:
    make_dead_letters(2 * step + 1)
    replay = order_replay(Selector().choice(), who="ana", reason="x", per_second=per_second, with_canary=False)
    advance_replays()
    assert OutboxMessage.objects.count() == step
    for asked_for in (2 * step, 2 * step + 1):
        OutboxMessage.objects.update(sent_at=timezone.now())
        advance_replays()
        advance_replays()
        assert OutboxMessage.objects.count() == asked_for
    replay.refresh_from_db()
    assert replay.state == "done"


def test_a_letter_that_is_chosen_again_belongs_to_the_later_replay() -> None:
    letters = make_dead_letters(3)
    first, second = order(*letters), order(*letters[1:], per_second=0.5)
    end_canary(first, "SUCCESS")
    advance_replays()
    first.refresh_from_db()
    assert (first.state, states(letters)) == ("done", ["replayed", "replayed", "waiting"])
    end_canary(second, "FAILURE")
    advance_replays()
    second.refresh_from_db()
    assert (second.state, second.outcome) == ("stopped", "the canary failed: E: again")
    assert states(letters) == ["replayed", "replayed", "waiting"]


def test_a_letter_that_cannot_be_asked_for_stops_its_replay_alone() -> None:
    good, bad = make_dead_letters(3), make_dead_letters(1, task_name="No Such Form")
    others = make_dead_letters(2)
    broken, sound = order(*good, *bad), order(*others)
    for replay in (broken, sound):
        end_canary(replay, "SUCCESS")
    advance_replays()
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert broken.state == "stopped"
    assert f"dead letter {bad[0].pk}: task name 'No Such Form': must be domain.action" in broken.outcome
    assert states(good) == ["replayed", "waiting", "waiting"]
    assert (sound.state, states(others)) == ("done", ["replayed", "replayed"])


def test_a_canary_that_nobody_knows_any_more_stops_it() -> None:
    replay = order(*make_dead_letters(2))
    OutboxMessage.objects.all().delete()
    advance_replays()
    replay.refresh_from_db()
    assert (replay.state, replay.outcome) == ("stopped", "nothing is known of its canary any more")
