"""A frozen event tells nobody of a score that was achieved after the freeze, nor of a hidden entry."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.events.models import Entry, Event, Score
from apps.events.services import (
    change_entry,
    change_participant,
    generate_event_ranking,
    supersede_score,
    void_score,
)
from apps.notifications.kinds import KINDS
from delivery.models import OutboxMessage
from tests.factories import add_entry, make_user
from tests.integration.frozen.told import tell_everything
from tests.integration.frozen.walk import (
    ADDRESSES,
    MOST_TELLING,
    PAGE,
    Answers,
    E,
    messages_to,
    routes,
    walk,
    walk_as,
    without_pending,
)
from tests.integration.frozen.world import (
    CONTEST,
    HIDDEN_BIB,
    JUMP,
    LATE_MINUTE,
    LATE_VALUE,
    OTHER_VALUE,
    REASON,
    World,
    make_world,
)

pytestmark = pytest.mark.django_db(transaction=True)
REFUSALS = {400, 401, 403, 404, 405, 422}


@pytest.fixture(params=[JUMP, CONTEST], ids=["jump", "contest"])
def world(request: Any) -> World:
    return make_world(request.param)


def test_every_address_is_walked() -> None:
    missing, gone = set(routes()) - set(ADDRESSES), set(ADDRESSES) - set(routes())
    assert not missing, f"new addresses: name some of each in ADDRESSES of {walk.__module__}: {sorted(missing)}"
    assert not gone, f"no such addresses any more: {sorted(gone)}"


def find_traces(world: World, answers: dict[str, Answers]) -> list[str]:
    """Each trace with who found it where. What somebody asks for may be named in the answer."""
    return [
        f"{trace} by {person}: {address}"
        for person, by_address in answers.items()
        for address, answer in by_address.items()
        for trace in world.traces
        if trace not in address and trace in f"{answer.headers} {answer.body}"
    ]


def test_no_trace_of_what_is_hidden(world: World) -> None:
    answers = walk(world)
    assert find_traces(world, answers) == []
    for address in (PAGE, f"{E}/ranking", f"{E}/ranking.csv", f"{E}/rankings", f"{E}/awards"):
        assert answers["anonymous"][f"get {address}"].status == 200
    assert "Frozen since" in answers["anonymous"][f"get {PAGE}"].body
    assert answers["athlete"][f"get {E}/ranking"].body == answers["anonymous"][f"get {E}/ranking"].body


PARTICIPANTS = {"results_published", "results_corrected", "status_changed", "standings_updated", "event_opening"}


def test_no_trace_in_what_anybody_is_told(world: World) -> None:
    tell_everything(world)
    told = {name: messages_to(name) for name in ("athlete", "stranger", "owner", "operator")}
    assert find_traces(world, told) == []
    everybody = kinds_of(told["athlete"]) | kinds_of(told["owner"]) | kinds_of(told["operator"])
    assert not (untold := set(KINDS) - everybody), f"tell_everything in told.py tells nothing of {sorted(untold)}"
    assert kinds_of(told["athlete"]) == PARTICIPANTS, "PARTICIPANTS are the kinds that they are told"
    assert told["stranger"] == {}


def kinds_of(messages: Answers) -> set[str]:
    return {name.split()[1] for name in messages}


def test_what_is_told_is_told_of_the_public_ranking_alone(world: World) -> None:
    tell_everything(world)
    of_results = {name: told.body for name, told in messages_to("athlete").items() if "message results_" in name}
    assert len(of_results) == 4  # nothing of a frozen event is official: made by force, and withheld
    assert all("\nwithdrawn\n{}" in body for body in of_results.values())
    statuses = [told.body for name, told in messages_to("athlete").items() if "message status_changed" in name]
    assert any('"after": "finished", "reason": ""' in body for body in statuses)
    assert any('"total": "7"' in told.body for told in messages_to("athlete").values())


def test_no_trace_by_other_methods(world: World) -> None:
    asked_for = OutboxMessage.objects.count()
    for person in ("anonymous", "stranger"):
        answers = walk_as(world, person, methods=("head", "post", "patch"))
        assert find_traces(world, {person: answers}) == []
        done = {address for address, told in answers.items() if address[0] == "p" and told.status not in REFUSALS}
        assert not done, f"done for {person}: if that is meant for every user, name it in MEANT_FOR_ALL of walk.py"
    assert OutboxMessage.objects.count() == asked_for


def test_who_works_on_it_finds_them_where_they_are(world: World) -> None:
    client = Client()
    client.force_login(make_user("operator", is_staff=True))
    for address in (
        f"{PAGE}?variant=live",
        f"{E}/ranking?variant=live",
        f"{E}/ranking.csv?variant=live",
        f"{E}/scores",
    ):
        body = client.get(address).getvalue().decode()
        assert any(trace in body for trace in world.traces), address
        assert HIDDEN_BIB not in body or address.endswith("scores")
    assert "Live, not public" in client.get(f"{PAGE}?variant=live").text


def correct_value(world: World) -> None:
    supersede_score(world.late().pk, changes={"value": OTHER_VALUE}, reason=REASON, by=None)


def correct_outcome(world: World) -> None:
    changes = {"outcome": Score.Outcome.REJECTED}
    supersede_score(world.late().pk, changes=changes, reason=REASON, by=None)


def record_anew(world: World) -> None:
    score = world.late()
    void_score(score.pk, reason=REASON, by=None)
    world.add_score("7", OTHER_VALUE, LATE_MINUTE, part=1, attempt=score.attempt)


def score_hidden(world: World) -> None:
    world.add_score(HIDDEN_BIB, 5, 5, part=1)
    world.add_score(HIDDEN_BIB, LATE_VALUE, LATE_MINUTE)


def void_hidden(world: World) -> None:
    for score in Score.objects.filter(entry__bib=HIDDEN_BIB, is_current=True):
        void_score(score.pk, reason=REASON, by=None)


def change_hidden(world: World) -> None:
    entry = world.event.entries.get(bib=HIDDEN_BIB)
    change_entry(entry.pk, changes={"status": Entry.Status.DSQ, "status_reason": REASON})
    change_participant(entry.participant_id, changes={"name": f"{entry.participant.name} II"})


def add_hidden(world: World) -> None:
    add_entry(world.event, "H67", name="Xanthippe II", standing=Entry.Standing.HIDDEN)


CHANGES: list[Callable[[World], None]] = [
    correct_value,
    correct_outcome,
    record_anew,
    score_hidden,
    void_hidden,
    change_hidden,
    add_hidden,
]


def changed(before: dict[str, Answers], after: dict[str, Answers]) -> list[str]:
    """Who is answered something else than before, and where."""
    return [
        f"{person}: {address}"
        for person, answers in after.items()
        for address, answer in answers.items()
        if answer != before[person][address]
    ]


def test_what_is_changed_in_secret_changes_no_byte(world: World) -> None:
    tell_everything(world)
    before = walk(world)
    for change in CHANGES:
        change(world)
        assert changed(before, brief(world)) == [], change
        assert generate_event_ranking(world.event.pk)["is_new"] is False, change
        assert changed(before, brief(world)) == [], change
    assert changed(before, walk(world)) == []


def brief(world: World) -> dict[str, Answers]:
    return {"anonymous": walk_as(world, "anonymous", only=MOST_TELLING)}


def test_another_late_score_changes_what_is_pending_and_nothing_else(world: World) -> None:
    tell_everything(world)
    before = walk(world)
    world.add_score("31", OTHER_VALUE, LATE_MINUTE, part=1)
    # Only the page that is made anew for everybody counts it before the next ranking.
    assert [each for each in changed(before, walk(world)) if "why/31" not in each] == []
    world.rank()
    more = walk(world)
    assert changed(before, more) != []
    assert_same_but_pending(before, more)
    score = Score.objects.get(event=world.event, value=OTHER_VALUE)
    void_score(score.pk, reason=REASON, by=None)
    world.rank()
    fewer = walk(world)
    assert_same_but_pending(before, fewer)
    assert find_traces(world, fewer) == []


def assert_same_but_pending(before: dict[str, Answers], after: dict[str, Answers]) -> None:
    for person, answers in before.items():
        for address, answer in answers.items():
            if not re.search("/rankings|/revisions/", address):  # where there is one revision more
                told = [list(without_pending(each)) for each in (answer, after[person][address])]
                different = [pair for pair in zip(*told, strict=False) if pair[0] != pair[1]]
                assert not different, f"{person}: {address}: {different[:3]}"
    listed = after["anonymous"][f"get {E}/rankings"].body
    assert '"input_version":null,"duration_ms":null' in listed


def test_the_admin_is_closed(world: World) -> None:
    client = Client()
    for user in (None, world.stranger, world.athlete, world.event.owner):
        if user is not None:
            client.force_login(user)
        for name in ("index", "events_ranking_changelist", "events_score_changelist", "events_event_changelist"):
            response = client.get(reverse(f"admin:{name}"))
            assert response["Location"].startswith("/admin/login/")


def test_a_private_event_is_not_there_at_all() -> None:
    world = make_world(JUMP, visibility=Event.Visibility.PRIVATE)
    tell_everything(world)
    # The standings are of another event; the other one was made by force.
    assert kinds_of(messages_to("athlete")) == {"standings_updated", "results_corrected"}
    for answers in walk(world).values():
        for address, answer in answers.items():
            if "finals" in address:
                assert answer.status in (401, 404, 405), address
            assert "Finals" not in answer.body, address
