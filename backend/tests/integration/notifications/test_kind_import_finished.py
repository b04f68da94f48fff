"""Who is told what became of a file of scores."""

from io import BytesIO

import pytest
from django.contrib.auth.models import User

from apps.events.models import Event, ImportBatch
from apps.events.services import change_event, change_event_state, import_scores, submit_import
from apps.notifications.services import announce_import
from tests.factories import make_event, make_user
from tests.integration.notifications.told import Kind, asked_for, facts_to, told

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "notifications.announce_import"
GOOD, EMPTY = b"bib,name,score\n1,Ana,20:00\n2,Bia,soon\n", b"nothing of that kind\n"


@pytest.fixture
def owner() -> User:
    return make_user("owner")


@pytest.fixture
def race(owner: User) -> Event:
    return make_event(slug="race", owner=owner)


def read(race: Event, by: User | None, content: bytes = GOOD, *, close: bool = False) -> ImportBatch:
    """A file, submitted and read, twice."""
    batch = submit_import(race.pk, content=BytesIO(content), by=by, file_name="a.csv")
    if close:
        change_event_state(race.pk, action="close", by=None)
    import_scores(batch.pk)
    import_scores(batch.pk)
    batch.refresh_from_db()
    return batch


def announce() -> None:
    for kwargs in asked_for(TASK) * 2:
        announce_import(**kwargs)


def test_who_submitted_it_is_told(race: Event, owner: User) -> None:
    batch = read(race, owner)
    assert asked_for(TASK) == [{"batch_id": batch.pk}]
    announce()
    assert told(Kind.IMPORT_FINISHED) == [["owner"]]
    facts = facts_to(owner, Kind.IMPORT_FINISHED)
    assert facts.context == {"event": race, "batch": batch}
    assert batch.finished_at is not None
    assert facts.data == {
        "event": "race",
        "import": batch.pk,
        "file_name": "a.csv",
        "state": "done",
        "mode": "upsert",
        "dry_run": False,
        "received": 2,
        "accepted": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "withdrawn": 0,
        "refusal": "",
        "finished_at": batch.finished_at.isoformat(),
    }
    assert owner.notifications.get().in_inbox


@pytest.mark.parametrize(("content", "close"), [(EMPTY, False), (GOOD, True)])
def test_a_file_that_is_refused_is_told_as_well(race: Event, owner: User, content: bytes, close: bool) -> None:
    batch = read(race, owner, content, close=close)
    announce()
    facts = facts_to(owner, Kind.IMPORT_FINISHED)
    assert (facts.data["state"], facts.data["refusal"]) == ("refused", batch.refusal)
    assert batch.refusal


def test_what_nobody_submitted_is_told_to_nobody(race: Event) -> None:
    read(race, None)
    assert asked_for(TASK) == []


def test_who_does_not_manage_the_event_any_more_is_told_nothing(race: Event, owner: User) -> None:
    read(race, owner)
    announce()
    change_event(race.pk, changes={"owner": make_user("new")})
    assert facts_to(owner, Kind.IMPORT_FINISHED).withheld == "not visible"
    read(race, owner)
    announce()
    assert told(Kind.IMPORT_FINISHED) == [["owner"], []]
