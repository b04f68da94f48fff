"""The commands about corrections and revisions."""

import csv
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking, void_score
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def race() -> Event:
    """Published; then 1, the winner, was disqualified by olga."""
    event = make_event(slug="race")
    for bib in "123":
        add_entry(event, bib, divisions={"sex": "FM"[int(bib) % 2]})
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    winner = Entry.objects.get(event=event, bib="1")
    change_entry(winner.pk, changes={"status": Entry.Status.DSQ}, reason="cut the course", by=make_user("olga"))
    generate_event_ranking(event.pk)
    return event


def test_diff_rankings(race: Event) -> None:
    assert run("diff_rankings", "race", "1", "2").splitlines() == [
        "race, overall, revision 1 to 2: 1 status, 2 improved, 2 by others",
        "1 Runner 1: 1 -> -, 21:00 -> DSQ, status (cut the course)",
        "2 Runner 2: 2 -> 1, 22:00, improved (others moved)",
        "3 Runner 3: 3 -> 2, 23:00, improved (others moved)",
    ]
    assert (
        run("diff_rankings", "race", "1", "2", "--division", "sex:F") == "race, sex:F, revision 1 to 2: no difference\n"
    )
    rows = list(csv.DictReader(io.StringIO(run("diff_rankings", "race", "1", "2", "--format", "csv"))))
    assert [row["bib"] for row in rows] == ["1", "2", "3"]
    for arguments, reason in (
        (("race", "1", "3"), "there is no revision 3"),
        (("none", "1", "2"), "there is no event 'none'"),
        (("race", "1", "2", "--division", "x:y"), "division: neither revision"),
    ):
        with pytest.raises(CommandError, match=reason):
            run("diff_rankings", *arguments)


def test_list_corrections(race: Event) -> None:
    void_score(Entry.objects.get(event=race, bib="2").scores.get().pk, reason="wrong chip", by=None)
    first, second = run("list_corrections", "race").splitlines()
    assert ' olga 1 status: {"status": "finished", "status_reason": ""} -> ' in first
    assert first.endswith("(cut the course)")
    assert " - 2 void: " in second
    assert second.endswith("-> {} (wrong chip)")
    assert run("list_corrections", "race", "--bib", "2").splitlines() == [second]


def test_merge_participants() -> None:
    owner = make_user("olga")
    keep, drop = (add_entry(make_event(owner=owner), "1", name=name).participant for name in ("Ana", "Ana L."))
    arguments = ("merge_participants", str(keep.pk), str(drop.pk), "--reason", "entered twice")
    with pytest.raises(CommandError, match="no user 'nobody'"):
        run(*arguments, "--by", "nobody")
    assert run(*arguments, "--by", "olga") == f"{keep.pk} Ana: has the entries of {drop.pk} now\n"
    assert set(Entry.objects.values_list("participant", flat=True)) == {keep.pk}
    with pytest.raises(CommandError, match="was merged into another before"):
        run(*arguments)
