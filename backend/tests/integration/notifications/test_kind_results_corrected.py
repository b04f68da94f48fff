"""Who is told of a correction of published results, and what."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from apps.events.models import Entry, Event, Ranking
from apps.events.services import change_entry, change_event, change_event_state, generate_event_ranking
from apps.notifications.services import announce_event_correction, announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import Kind, asked_for, facts_to, listen, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)
CORRECTION = "notifications.announce_event_correction"
REASON = "cut the course"


@pytest.fixture
def race() -> Event:
    """Ana, Bia, Caio, Davi, Eva: published in that order, and announced. Of the women Ana, Eva; Caio has no account."""
    event = make_event(name="Harbour 10K", owner=make_user("owner"))
    for number, (name, sex) in enumerate((("ana", "F"), ("bia", ""), ("caio", "M"), ("davi", "M"), ("eva", "F")), 1):
        user = None if name == "caio" else make_user(name)
        add_entry(event, str(number), name=name.title(), user=user, divisions={"sex": sex} if sex else {})
        add_score(event, str(number), f"2{number}:00")
    announce_event_ranking(publish_event(event).pk)
    return event


def entry(race: Event, bib: str) -> Entry:
    return Entry.objects.get(event=race, bib=bib)


def correct(race: Event, bib: str, status: Entry.Status = Entry.Status.DSQ, reason: str = REASON) -> Ranking:
    """A new status, ranked. Returns the public ranking."""
    change_entry(entry(race, bib).pk, changes={"status": status}, reason=reason)
    return rank(race)


def rank(race: Event) -> Ranking:
    generate_event_ranking(race.pk)
    race.refresh_from_db()
    assert race.public_ranking is not None
    return race.public_ranking


def user(name: str) -> User:
    return User.objects.get(username=name)


def test_those_whose_rank_changed_are_told_and_no_others(race: Event) -> None:
    second = correct(race, "2")
    assert asked_for(CORRECTION) == [{"ranking_id": second.pk}]
    assert announce_event_correction(second.pk) == {"ranking_id": second.pk, "told": 3}
    assert told(Kind.RESULTS_CORRECTED) == [["bia", "davi", "eva"]]


def test_old_and_new_ranks_on_the_boards_that_changed(race: Event) -> None:
    announce_event_correction(correct(race, "2").pk)
    facts = facts_to(user("eva"), Kind.RESULTS_CORRECTED)
    (move,) = facts.context["moves"]  # second of the women before and after
    assert (move.bib, move.name, move.division, move.is_overall) == ("5", "Eva", "overall", True)
    assert (move.before.rank, move.before.ranked, move.after.rank, move.after.ranked) == (5, 5, 4, 4)
    assert (facts.context["reasons"], facts.context["is_current"]) == ([REASON], True)
    assert facts.path == f"/events/{race.slug}/revisions/1/difference/2"
    assert facts.data == {
        "event": race.slug,
        "revision_before": 1,
        "revision": 2,
        "moves": [
            {
                "bib": "5",
                "name": "Eva",
                "division": "overall",
                "before": {"rank": 5, "ranked": 5, "score": "25:00", "status": "finished"},
                "after": {"rank": 4, "ranked": 4, "score": "25:00", "status": "finished"},
            }
        ],
        "reasons": [REASON],
    }
    (gone,) = facts_to(user("bia"), Kind.RESULTS_CORRECTED).context["moves"]
    assert (gone.before.rank, gone.after.rank, gone.after.status) == (2, None, Entry.Status.DSQ)


def test_another_division_is_another_rank(race: Event) -> None:
    change_entry(entry(race, "4").pk, changes={"divisions": {"sex": "F"}}, reason="wrong box")
    announce_event_correction(rank(race).pk)
    assert told(Kind.RESULTS_CORRECTED) == [["davi", "eva"]]
    moves = facts_to(user("davi"), Kind.RESULTS_CORRECTED).context["moves"]
    ranks = [(one.division, one.before and one.before.rank, one.after and one.after.rank) for one in moves]
    assert ranks == [("sex:F", None, 2), ("sex:M", 2, None)]


def test_a_burst_of_corrections_is_one_message(race: Event) -> None:
    first = correct(race, "2")
    correct(race, "4", reason="no chip")
    assert asked_for(CORRECTION) == [{"ranking_id": first.pk}]
    announce_event_correction(first.pk)
    assert told(Kind.RESULTS_CORRECTED) == [["bia", "davi", "eva"]]
    facts = facts_to(user("eva"), Kind.RESULTS_CORRECTED)
    assert facts.context["reasons"] == [REASON, "no chip"]
    assert (facts.data["revision_before"], facts.data["revision"]) == (1, 3)


def test_what_is_changed_back_is_not_told(race: Event) -> None:
    correct(race, "2")
    announce_event_correction(correct(race, "2", Entry.Status.FINISHED, "seen on film").pk)
    assert told(Kind.RESULTS_CORRECTED) == [[]]
    correct(race, "4")
    announce_event_correction(correct(race, "3").pk)
    assert told(Kind.RESULTS_CORRECTED) == [[], ["davi", "eva"]]


def test_a_correction_that_changes_no_rank_tells_nobody(race: Event) -> None:
    listen(user("owner"))
    change_entry(entry(race, "5").pk, changes={"adjustment": 1000, "adjustment_reason": "x"}, reason="cap")
    assert announce_event_correction(rank(race).pk)["told"] == 0


def test_what_is_changed_back_after_it_was_told_is_not_sent(race: Event) -> None:
    announce_event_correction(correct(race, "2").pk)
    correct(race, "2", Entry.Status.FINISHED, "seen on film")
    message = message_to(user("eva"), Kind.RESULTS_CORRECTED)
    assert (message.facts.withheld, message.facts.context["moves"], message.facts.data) == ("changed back", [], {})


def test_a_message_tells_what_is_official_when_it_is_sent(race: Event) -> None:
    announce_event_correction(correct(race, "2").pk)
    correct(race, "1")
    facts = facts_to(user("eva"), Kind.RESULTS_CORRECTED)
    overall, women = facts.context["moves"]
    assert (overall.before.rank, overall.after.rank, women.after.rank) == (5, 3, 1)
    assert not facts.context["is_current"]
    assert facts.path.endswith("/revisions/1/difference/3")


@pytest.mark.parametrize("action", ["unpublish", "reopen"])
def test_results_that_were_taken_back_are_not_told(race: Event, action: str) -> None:
    second = correct(race, "2")
    announce_event_correction(second.pk)
    change_event_state(race.pk, action=action, by=None)
    assert announce_event_correction(second.pk)["skipped"].startswith("the event is ")
    facts = facts_to(user("eva"), Kind.RESULTS_CORRECTED)
    assert (facts.withheld, facts.data, facts.context["moves"]) == ("withdrawn", {}, [])


def test_the_tasks_may_come_in_any_order_and_more_than_once(race: Event) -> None:
    change_event_state(race.pk, action="reopen", by=None)
    add_entry(race, "6", name="Fay", user=make_user("fay"))
    add_score(race, "6", "26:00")
    published = publish_event(race)
    corrected = correct(race, "2")
    everybody = ["ana", "bia", "davi", "eva", "fay"]
    # The correction comes first: nobody was told yet that results are published anew.
    assert announce_event_correction(corrected.pk)["told"] == 5
    assert announce_event_ranking(published.pk) == {
        "ranking_id": published.pk,
        "told": 0,
        "skipped": "a newer revision holds",
    }
    latest = correct(race, "4")
    for _ in range(2):
        announce_event_correction(latest.pk)
        announce_event_ranking(published.pk)
        announce_event_ranking(corrected.pk)
        announce_event_correction(corrected.pk)
    assert told(Kind.RESULTS_PUBLISHED) == [["ana", "bia", "davi", "eva"], everybody]
    assert told(Kind.RESULTS_CORRECTED) == [["davi", "eva", "fay"]]


def test_a_late_publishing_is_told_as_it_is_and_then_never_again(race: Event) -> None:
    change_event_state(race.pk, action="unpublish", by=None)
    add_back = correct(race, "2")
    change_event_state(race.pk, action="publish", by=None)
    third = correct(race, "4")
    assert announce_event_ranking(add_back.pk)["told"] == 4
    assert announce_event_correction(third.pk)["skipped"] == "it was told already"
    fourth = correct(race, "1")
    announce_event_correction(fourth.pk)
    announce_event_ranking(add_back.pk)
    assert [len(names) for names in told(Kind.RESULTS_PUBLISHED)] == [4, 4]
    assert told(Kind.RESULTS_CORRECTED) == [["ana", "eva"]]


def test_what_is_published_anew_is_published_and_no_correction(race: Event) -> None:
    announce_event_correction(correct(race, "2").pk)
    change_event_state(race.pk, action="unpublish", by=None)
    change_event_state(race.pk, action="publish", by=None)
    race.refresh_from_db()
    assert announce_event_ranking(race.public_ranking_id or 0)["told"] == 4
    assert [len(names) for names in told(Kind.RESULTS_PUBLISHED)] == [4, 4]
    announce_event_correction(correct(race, "4").pk)
    assert told(Kind.RESULTS_CORRECTED)[1:] == [["davi", "eva"]]


def test_results_that_are_published_anew_as_they_were_are_corrected_from_there(race: Event) -> None:
    change_event_state(race.pk, action="unpublish", by=None)
    change_event_state(race.pk, action="publish", by=None)
    race.refresh_from_db()
    assert announce_event_ranking(race.public_ranking_id or 0)["told"] == 0
    announce_event_correction(correct(race, "4").pk)
    assert len(told(Kind.RESULTS_PUBLISHED)) == 1
    assert told(Kind.RESULTS_CORRECTED) == [["davi", "eva"]]


def test_at_once_everybody_is_told_once(race: Event) -> None:
    change_event_state(race.pk, action="unpublish", by=None)
    first = correct(race, "2")
    change_event_state(race.pk, action="publish", by=None)
    second = correct(race, "4")
    runs: list[tuple[Callable[[int], object], int]] = [
        (announce_event_correction, second.pk),
        (announce_event_ranking, first.pk),
        (announce_event_correction, second.pk),
    ]
    barrier = threading.Barrier(len(runs))

    def run(service: Callable[[int], object], ranking_id: int) -> None:
        barrier.wait()
        service(ranking_id)
        connection.close()

    workers = [threading.Thread(target=run, args=each) for each in runs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [len(names) for names in told(Kind.RESULTS_PUBLISHED)] == [4, 4]
    assert told(Kind.RESULTS_CORRECTED) == []


@pytest.mark.parametrize("standing", [Entry.Standing.HIDDEN, Entry.Standing.WITHDRAWN])
def test_who_is_not_shown_is_not_told(race: Event, standing: Entry.Standing) -> None:
    announce_event_correction(correct(race, "2").pk)
    change_entry(entry(race, "5").pk, changes={"standing": standing}, reason="asked for it")
    announce_event_correction(rank(race).pk)
    assert told(Kind.RESULTS_CORRECTED)[1:] == [[]]
    message = message_to(user("eva"), Kind.RESULTS_CORRECTED)
    assert (message.facts.withheld, message.facts.context, message.facts.data) == ("not visible", {}, {})
    assert "Harbour" not in message.title + message.text


def test_of_a_private_event_only_those_are_told_who_work_on_it(race: Event) -> None:
    announce_event_correction(correct(race, "2").pk)
    change_event(race.pk, changes={"visibility": "private", "scorers": ["davi"]})
    announce_event_correction(correct(race, "1").pk)
    assert told(Kind.RESULTS_CORRECTED)[1:] == [["davi"]]
    assert facts_to(user("eva"), Kind.RESULTS_CORRECTED).withheld == "not visible"
    assert facts_to(user("eva"), Kind.RESULTS_PUBLISHED).withheld == "not visible"
    assert facts_to(user("davi"), Kind.RESULTS_CORRECTED).withheld == ""


def test_an_organiser_is_told_while_a_program_of_theirs_listens(race: Event) -> None:
    endpoint = listen(user("owner"))
    announce_event_correction(correct(race, "2").pk)
    endpoint.is_active = False
    endpoint.save()
    announce_event_correction(correct(race, "4").pk)
    assert told(Kind.RESULTS_CORRECTED) == [["bia", "davi", "eva", "owner"], ["davi", "eva"]]
    facts = facts_to(user("owner"), Kind.RESULTS_CORRECTED)
    assert (facts.withheld, facts.data["moves"], facts.data["reasons"]) == ("", [], [REASON])
    assert not user("owner").notifications.get().in_inbox


def test_reasons_of_hidden_entries_are_not_told(race: Event) -> None:
    correct(race, "2", reason="spat at a judge")
    change_entry(entry(race, "2").pk, changes={"standing": Entry.Standing.HIDDEN}, reason="spat at a judge")
    announce_event_correction(rank(race).pk)
    assert facts_to(user("eva"), Kind.RESULTS_CORRECTED).context["reasons"] == []
