"""What messages under way would not survive is found and named, and what they survive is taken in."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from delivery.contracts.breaks import find_breaks
from delivery.contracts.current import current_contracts, type_text
from delivery.contracts.document import Contracts, Retired, contracts_file, read_contracts, write_contracts
from delivery.contracts.renewal import RenewalRefused, renew, retire
from delivery.contracts.schedules import refused_schedules
from delivery.contracts.types import takes_all_of
from delivery.schedule_document import ScheduleDocument

TODAY = date(2026, 11, 27)
Data = dict[str, Any]


def data() -> Data:
    return {
        "tasks": {
            "events.rank": {"queue": "events", "arguments": {"event_id": "int"}, "optional": {"run_id": "int | None"}},
            "events.tidy": {"queue": "events"},
        },
        "queues": ["events", "spare"],
        "message": {
            "content_type": "application/json",
            "content_encoding": "utf-8",
            "body": ["list", "dict"],
            "headers": ["id", "task"],
        },
        "tables": {"outbox": {"id": "BigAutoField", "name": "CharField(200)", "sent_at": "DateTimeField, null"}},
    }


def made(change: Callable[[Data], object] | None = None, **retired: date) -> Contracts:
    document = data()
    if change:
        change(document)
    document["retired"] = {
        name.replace("__", "."): {"since": TODAY, "may_go": day, "reason": "old"} for name, day in retired.items()
    }
    return Contracts.model_validate(document)


def rank(document: Data) -> Data:
    task: Data = document["tasks"]["events.rank"]
    return task


# What is done to the contracts -> what is said of it.
BREAKS: dict[str, tuple[Callable[[Data], object], str]] = {
    "task removed": (lambda d: d["tasks"].pop("events.tidy"), "task events.tidy is gone"),
    "task renamed": (
        lambda d: d["tasks"].update({"events.clean": d["tasks"].pop("events.tidy")}),
        "task events.tidy is gone",
    ),
    "argument removed": (lambda d: rank(d).update(optional={}), "argument run_id is gone"),
    "argument renamed": (
        lambda d: rank(d).update(optional={"batch_id": "int | None"}),
        "argument run_id is gone",
    ),
    "argument added without a default": (
        lambda d: rank(d)["arguments"].update(season_id="int"),
        "argument season_id is new and has no default",
    ),
    "default taken away": (
        lambda d: rank(d).update(arguments={"event_id": "int", "run_id": "int | None"}, optional={}),
        "argument run_id is needed now",
    ),
    "another type": (lambda d: rank(d)["arguments"].update(event_id="str"), "messages have int, and it takes str"),
    "a narrower type": (lambda d: rank(d)["optional"].update(run_id="int"), "it takes int"),
    "queue removed": (lambda d: d["queues"].remove("spare"), "queue spare is gone"),
    "header removed": (lambda d: d["message"]["headers"].remove("task"), "header task is gone"),
    "body shortened": (lambda d: d["message"]["body"].remove("dict"), "body dict is gone"),
    "content type": (lambda d: d["message"].update(content_type="application/x-yaml"), "content_type was"),
    "column removed": (lambda d: d["tables"]["outbox"].pop("name"), "column outbox.name is gone"),
    "column shortened": (
        lambda d: d["tables"]["outbox"].update(name="CharField(100)"),
        "was CharField(200) and is CharField(100)",
    ),
    "column of another type": (lambda d: d["tables"]["outbox"].update(id="UUIDField"), "was BigAutoField"),
    "column no longer nullable": (
        lambda d: d["tables"]["outbox"].update(sent_at="DateTimeField"),
        "may not be null any more",
    ),
    "column that old processes do not write": (
        lambda d: d["tables"]["outbox"].update(trace="TextField"),
        "column outbox.trace is new and neither nullable nor with a db_default",
    ),
}


@pytest.mark.parametrize("case", BREAKS)
def test_what_a_message_would_not_survive_is_found_and_not_written(case: str) -> None:
    change, said = BREAKS[case]
    (found,) = find_breaks(made(), made(change), TODAY)
    assert said in str(found)
    with pytest.raises(RenewalRefused, match=re.escape(said)):
        renew(made(), made(change), TODAY)


SURVIVED: dict[str, Callable[[Data], object]] = {
    "task added": lambda d: d["tasks"].update({"events.new": {"queue": "events", "arguments": {"event_id": "int"}}}),
    "argument added with a default": lambda d: rank(d)["optional"].update(season_id="int"),
    "default given": lambda d: rank(d).update(arguments={}, optional={"event_id": "int", "run_id": "int | None"}),
    "a wider type": lambda d: rank(d)["arguments"].update(event_id="int | str"),
    "queue added": lambda d: d["queues"].append("more"),
    # What is in the old queue is still consumed from there.
    "moved to another queue while the old one stays": lambda d: rank(d).update(queue="spare"),
    "header added": lambda d: d["message"]["headers"].append("trace"),
    "column added that may be null": lambda d: d["tables"]["outbox"].update(trace="TextField, null"),
    "column added with a default": lambda d: d["tables"]["outbox"].update(trace="TextField, database default"),
    "column widened": lambda d: d["tables"]["outbox"].update(name="CharField(300)"),
    "column without a limit": lambda d: d["tables"]["outbox"].update(name="TextField"),
}


@pytest.mark.parametrize("case", SURVIVED)
def test_what_a_message_survives_is_taken_in(case: str) -> None:
    now = made(SURVIVED[case])
    assert find_breaks(made(), now, TODAY) == []
    assert renew(made(), now, TODAY) == now


@pytest.mark.parametrize(
    ("new", "old", "fits"),
    [
        ("int", "int", True),
        ("int | str", "int", True),
        ("int", "int | str", False),
        ("float", "int", True),
        ("int", "float", False),
        ("Any", "list[int]", True),
        ("list", "list[int]", True),
        ("list[int | str]", "list[int]", True),
        ("list[int]", "list[str]", False),
        ("dict[str, int] | None", "dict[str, int]", True),
        ("dict[str, int]", "list[int]", False),
    ],
)
def test_a_type_takes_what_another_took(new: str, old: str, fits: bool) -> None:
    assert takes_all_of(new, old) is fits


def test_a_type_hint_is_told_as_it_is_written() -> None:
    hints: list[Any] = [int, int | None, list[int], dict[str, int | str], Any]
    assert [type_text(hint) for hint in hints] == ["int", "int | None", "list[int]", "dict[str, int | str]", "Any"]


def test_what_is_retired_stays_until_its_day_and_may_go_then() -> None:
    without = made(lambda d: d["tasks"].pop("events.tidy"))
    with pytest.raises(RenewalRefused, match=r"task events\.tidy is gone"):
        retire(made(), without, "events.tidy", today=TODAY, days=30, reason="replaced")
    before = retire(made(), made(), "events.tidy", today=TODAY, days=30, reason="replaced")
    day = TODAY + timedelta(days=30)
    assert before.retired == {"events.tidy": Retired(since=TODAY, may_go=day, reason="replaced")}
    now = without.model_copy(update={"retired": before.retired})
    (early,) = find_breaks(before, now, day - timedelta(days=1))
    assert "may go from 2026-12-27 on" in str(early)
    assert find_breaks(before, now, day) == []
    # With the code goes the note: the name is free again.
    assert renew(before, now, day) == without


def test_an_argument_is_retired_once_it_has_a_default() -> None:
    with pytest.raises(RenewalRefused, match=r"events\.rank\.event_id: has no default"):
        retire(made(), made(), "events.rank.event_id", today=TODAY, days=30, reason="by slug now")
    after = retire(made(), made(), "events.rank.run_id", today=TODAY, days=0, reason="unused")
    now = made(lambda d: rank(d).update(optional={})).model_copy(update={"retired": after.retired})
    assert find_breaks(after, now, TODAY) == []


def test_a_column_goes_from_the_models_as_soon_as_it_is_retired() -> None:
    gone = made(lambda d: d["tables"]["outbox"].pop("name"))
    after = retire(made(), gone, "outbox.name", today=TODAY, days=30, reason="unused")
    assert after.tables == gone.tables
    # Until its day the note stays, which says when the database may lose it.
    assert list(after.retired) == ["outbox.name"]
    assert find_breaks(made(), gone, TODAY)


@pytest.mark.parametrize("name", ["events.no_such", "events.rank.no_such", "queue none", "outbox.none", ""])
def test_what_is_not_there_cannot_be_retired(name: str) -> None:
    with pytest.raises(RenewalRefused, match="is no task"):
        retire(made(), made(), name, today=TODAY, days=30, reason="x")


def test_a_schedule_must_fit_its_task() -> None:
    retired = {"notifications.announce_openings": Retired(since=TODAY, may_go=TODAY, reason="old")}
    asked: dict[str, Data] = {
        "fits": {"task": "events.import_scores", "kwargs": {"batch_id": 1}},
        "celerys own": {"task": "celery.backend_cleanup"},
        "unknown": {"task": "events.no_such"},
        "too much": {"task": "notifications.sweep_deliveries", "kwargs": {"event_id": 1}},
        "too little": {"task": "events.import_scores"},
        "retired": {"task": "notifications.announce_openings"},
    }
    every: Data = {"interval": {"every": 1, "period": "hours"}}
    schedules = [ScheduleDocument(**{"name": name, **one, **every}) for name, one in asked.items()]
    refused = list(refused_schedules(schedules, current_contracts(retired)))
    assert [line.split(":")[0] for line in refused] == [
        f"schedule {name}" for name in ("unknown", "too much", "too little", "retired")
    ]


def test_the_file_comes_back_as_it_was_written(tmp_path: Any) -> None:
    contracts = made(events__tidy=TODAY)
    write_contracts(contracts, tmp_path / "contracts.json")
    assert read_contracts(tmp_path / "contracts.json") == contracts


def test_the_file_is_up_to_date() -> None:
    before = read_contracts(contracts_file())
    assert current_contracts(before.retired) == before
