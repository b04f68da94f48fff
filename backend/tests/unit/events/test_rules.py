"""Rules as documents: what is valid comes back from JSON as it was, what is not is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.errors import InvalidInput
from apps.events.rules import RESERVED_NAMES, parse_rules
from tests.unit.events.naive_rules import rules_documents

POINTS = {"metric": "points", "direction": "high"}
CONTEST = {"metric": "penalty_contest", "direction": "high", "components": {"names": ["A", "B"]}}
STYLE = {"style": {"metric": "count", "direction": "low"}}


def parts(*names: str, **rest: Any) -> dict[str, Any]:
    return {"components": {"names": names or ("A", "B", "C"), **rest}}


def breaker(by: str, **rest: Any) -> dict[str, Any]:
    return {"tie_breakers": [{"by": "manual"}, {"by": by, **rest}]}


@given(rules_documents())
def test_rules_come_back_from_json(document: dict[str, Any]) -> None:
    rules = parse_rules(document)
    for exclude_defaults in (False, True):
        written = rules.model_dump_json(exclude_defaults=exclude_defaults)
        assert parse_rules(json.loads(written)) == rules
    told = rules.model_dump(mode="json")
    for key, value in document.items():
        assert _agrees(told[key], value), key


def _agrees(told: Any, written: Any) -> bool:
    """Whether all that was written is told; what was left out has its default."""
    if isinstance(written, dict):
        return all(_agrees(told[key], value) for key, value in written.items())
    if isinstance(written, list):
        return len(told) == len(written) and all(map(_agrees, told, written))
    return bool(told == written)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({}, "metric: Field required; direction: Field required"),
    ({**POINTS, "metric": "beauty"}, "metric: "),
    ({**POINTS, "direction": "up"}, "direction: "),
    ({**POINTS, "colour": "red"}, "colour: Extra inputs"),
    ({**POINTS, "scale": 7}, "scale: "),
    ({**POINTS, "scale": True}, "scale: "),
    ({**POINTS, "metric": "count", "scale": 1}, "scale: only points"),
    ({**POINTS, "attempts": "worst"}, "attempts: "),
    ({**POINTS, "attempts": "mean_of_best"}, "best_k: "),
    ({**POINTS, "best_k": 3}, "best_k: "),
    ({**POINTS, "attempts": "mean_of_best", "best_k": 0}, "best_k: "),
    ({**POINTS, "ties": "coin"}, "ties: "),
    ({**POINTS, **parts(required=4)}, "components: required: there are 3"),
    ({**POINTS, **parts(required=0)}, "components.required: "),
    ({**POINTS, **parts("A", "A")}, "components: names: a component is named twice"),
    ({**POINTS, **parts("A", "b c")}, "components.names.1: "),
    ({**POINTS, **parts(*(f"C{number}" for number in range(41)))}, "components.names: "),
    ({**POINTS, "components": {"names": []}}, "components.names: "),
    ({**POINTS, **parts(drop_best=1, drop_worst=2)}, "components: drop_best, drop_worst: "),
    ({**POINTS, **parts(drop_worst=2, required=2)}, "components: drop_best, drop_worst: "),
    ({**POINTS, **parts(drop_worst=-1)}, "components.drop_worst: "),
    ({**POINTS, **parts(combine="mean", required=2)}, "components: required: a mean"),
    ({**POINTS, **parts(combine="product")}, "components.combine: "),
    ({**POINTS, **parts(), "attempts": "mean_of_best", "best_k": 2}, "attempts: within components"),
    ({**POINTS, "direction": "low", **parts(required=2)}, "components.required: "),
    ({**POINTS, "penalty": {}}, "penalty: goes with"),
    ({**CONTEST, "components": None}, "components: a penalty contest needs"),
    ({**CONTEST, **parts(drop_worst=1)}, "components: the problems"),
    ({**CONTEST, "direction": "low"}, "direction: "),
    ({**CONTEST, "attempts": "last"}, "direction: "),
    ({**CONTEST, "penalty": {"per_rejected_minutes": -1}}, "penalty.per_rejected_minutes: "),
    ({**CONTEST, "penalty": {"counted_in": "hours"}}, "penalty.counted_in: "),
    ({**CONTEST, "secondary": {"s": {**CONTEST, "components": None}}}, "secondary.s.components: Extra"),
    (
        {**POINTS, "secondary": {"s": {"metric": "penalty_contest", "direction": "high"}}},
        "secondary.s: a penalty contest",
    ),
    ({**POINTS, "secondary": {"s": {"metric": "count"}}}, "secondary.s.direction: "),
    ({**POINTS, "secondary": {"1": STYLE["style"]}}, "secondary.1.[key]: "),
    ({**POINTS, "secondary": {f"s{number}": STYLE["style"] for number in range(11)}}, "secondary: "),
    ({**POINTS, **parts("style"), "secondary": STYLE}, "secondary.style: a component has this name"),
    *(({**POINTS, **parts("A", name)}, f"'{name}' is reserved") for name in sorted(RESERVED_NAMES)),
    *(({**POINTS, "secondary": {name: STYLE["style"]}}, f"'{name}' is reserved") for name in sorted(RESERVED_NAMES)),
    ({**POINTS, **breaker("coin")}, "tie_breakers.1: "),
    (
        {**POINTS, **breaker("measure", name="style")},
        "tie_breakers.1: name: there is no measure 'style'; there are none",
    ),
    ({**POINTS, **parts(), "secondary": STYLE, **breaker("measure", name="D")}, "there are A, B, C, style"),
    ({**CONTEST, **breaker("measure", name="A")}, "tie_breakers.1: name: "),
    ({**POINTS, **breaker("measure")}, "tie_breakers.1.measure.name: "),
    ({**POINTS, **breaker("achieved", wins="first")}, "tie_breakers.1.achieved.wins: "),
    ({**POINTS, **breaker("attempts", wins="earliest")}, "tie_breakers.1.attempts.wins: "),
    ({**POINTS, **breaker("manual", seed="1")}, "tie_breakers.1.manual.seed: "),
    ({**POINTS, **breaker("best_single", nth=0)}, "tie_breakers.1.best_single.nth: "),
    ({**CONTEST, **breaker("best_single")}, "tie_breakers.1: by: "),
    ({**POINTS, **breaker("count")}, "tie_breakers.1.count.value: "),
    ({**POINTS, **breaker("count", value=10**13 + 1)}, "tie_breakers.1.count.value: "),
    ({**CONTEST, **breaker("count", value=1)}, "tie_breakers.1: by: "),
    ({**POINTS, **breaker("last_accepted")}, "tie_breakers.1: by: only a penalty contest"),
    ({**POINTS, **breaker("draw")}, "tie_breakers.1.draw.seed: "),
    ({**POINTS, **breaker("draw", seed="")}, "tie_breakers.1.draw.seed: "),
    ({**POINTS, **breaker("draw", seed="a\0b")}, "tie_breakers.1.draw.seed: "),
    ({**POINTS, **breaker("draw", seed="\ud800")}, "tie_breakers.1.draw.seed: "),
    ({**POINTS, "tie_breakers": [{"by": "manual"}] * 11}, "tie_breakers: "),
    ({**POINTS, "divisions": {"sex": ["F", "F"]}}, "divisions.sex: a division is named twice"),
    ({**POINTS, "divisions": {"sex": [" F"]}}, "divisions.sex.0: "),
    ({**POINTS, "divisions": {"the sex": None}}, "divisions.the sex.[key]: "),
]


@pytest.mark.parametrize(("document", "told"), MISTAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_each_mistake_is_refused_with_its_place(document: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rules(document)
    assert refusal.value.place == "rules"
    assert told in refusal.value.reason


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rules({**POINTS, "penalty": {}, **breaker("last_accepted"), "divisions": {"sex": ["F", "F"]}})
    places = [mistake.partition(": ")[0] for mistake in refusal.value.reason.split("; ")]
    assert places == ["penalty", "tie_breakers.1", "divisions.sex"]


NONSENSE: st.SearchStrategy[Any] = st.sampled_from(
    [None, -1, 1.5, True, "", "nothing", [], {}, [[]], {"by": "coin"}, 10**30]
)


@given(st.data(), rules_documents())
def test_any_document_is_rules_that_come_back_or_is_refused(data: st.DataObject, document: dict[str, Any]) -> None:
    at = data.draw(st.sampled_from(sorted(places(document), key=str)))
    broken = replaced(document, at, data.draw(NONSENSE))
    try:
        rules = parse_rules(broken)
    except InvalidInput:
        return
    assert parse_rules(json.loads(rules.model_dump_json())) == rules


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to everything in it."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [each for key, value in items for each in ((*path, key), *places(value, (*path, key)))]


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value there."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy
