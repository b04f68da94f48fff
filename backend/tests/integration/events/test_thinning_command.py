"""manage.py thin_rankings."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from apps.events import pages, thinning
from apps.events.models import Event, Ranking, Thinning
from apps.events.page_store import delete_rankings
from apps.events.result import OVERALL
from apps.events.services import generate_event_ranking, thin_rankings
from apps.events.thinning import Terms
from tests.factories import add_entry, add_score, make_event

pytestmark = pytest.mark.django_db(transaction=True)

TERMS = ("--older-than", "1h", "--keep-every", "300d")


@pytest.fixture
def races() -> list[Event]:
    """Two, each with the revisions 1 to 5 of two hours ago, and 6 of now."""
    events = [make_event(slug=slug) for slug in ("lake", "river")]
    for event in events:
        for bib in "123456":
            add_entry(event, bib)
            generate_event_ranking(event.pk)
    old = Ranking.objects.filter(revision__lt=6)
    old.update(computed_at=timezone.now() - timedelta(hours=2))
    return events


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("thin_rankings", *TERMS, *arguments, stdout=output)
    return output.getvalue()


def left(event: Event) -> list[int]:
    return sorted(event.rankings.values_list("revision", flat=True))


def test_it_tells_first_and_removes_then(races: list[Event]) -> None:
    lake, river = races
    assert run("--dry-run") == ("lake: may go: 3 revisions, 0.0 MB\nriver: may go: 3 revisions, 0.0 MB\nmay go: 6\n")
    assert (left(lake), left(river)) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])
    assert run("--yes", "--reason", "full", "--event", "river") == "river: removed: 3 revisions, 0.0 MB\nremoved: 3\n"
    assert (left(lake), left(river)) == ([1, 2, 3, 4, 5, 6], [1, 5, 6])
    assert run("--yes", "--reason", "full") == "lake: removed: 3 revisions, 0.0 MB\nremoved: 3\n"
    assert left(lake) == [1, 5, 6]
    assert run("--yes", "--reason", "full") == "removed: 0\n"
    assert [(one.event, one.reason) for one in Thinning.objects.all()] == [(river, "full"), (lake, "full")]
    assert all(one.who.endswith("on the command line") for one in Thinning.objects.all())


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["--yes"], "reason: a reason is needed"),
        (["--reason", "full"], "remove 6 revisions: not done; --yes"),
        (["--yes", "--reason", "full", "--event", "sea"], "there is no event 'sea'"),
        (["--yes", "--reason", "full", "--older-than", "0d"], "not between"),
        (["--yes", "--reason", "full", "--keep-every", "ten"], "is not a whole number"),
    ],
)
def test_what_it_refuses(races: list[Event], arguments: list[str], refusal: str) -> None:
    with pytest.raises(CommandError, match=refusal):
        run(*arguments)
    assert [left(event) for event in races] == [[1, 2, 3, 4, 5, 6]] * 2


def test_somebody_who_can_be_asked_is_asked(races: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    answers, asked = ["n", "y"], list[str]()

    def answer(question: str) -> str:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    with pytest.raises(CommandError, match="nothing was done"):
        run("--reason", "full")
    assert [left(event) for event in races] == [[1, 2, 3, 4, 5, 6]] * 2
    assert run("--reason", "full").endswith("removed: 6\n")
    assert [left(event) for event in races] == [[1, 5, 6]] * 2
    assert asked == ["remove 6 revisions for good? [y/N] "] * 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_ranking_that_comes_meanwhile_waits_and_is_the_next(
    races: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = races[0]
    add_score(event, "1", "20:00")
    waits = list[bool]()

    def rank() -> None:
        try:
            generate_event_ranking(event.pk)
        finally:
            connection.close()

    worker = threading.Thread(target=rank)

    def begin_and_delete(ids: list[int]) -> None:
        worker.start()
        worker.join(0.5)
        waits.append(worker.is_alive())
        delete_rankings(ids)

    monkeypatch.setattr(thinning, "delete_rankings", begin_and_delete)
    terms = Terms(timezone.now() - timedelta(hours=1), timedelta(days=300))
    thin_rankings(event.pk, terms=terms, who="olga", reason="full")
    worker.join()
    assert waits == [True]
    event.refresh_from_db()
    assert left(event) == [1, 5, 6, 7]
    assert event.public_ranking is not None
    assert event.public_ranking.revision == 7
    assert pages.rows(event.public_ranking, OVERALL, 0, 1)[0].score == 1_200_000
