"""Any rules that are valid, as documents and as rules."""

from typing import Any

from hypothesis import strategies as st

from apps.events.measures import Attempts, Combine, Direction
from apps.events.rules import Rules, Ties

COMPONENTS, SECONDARY = ("A", "B", "C", "D"), ("time", "style")
_HOW_MANY = st.integers(0, 2)
_DIRECTIONS = st.sampled_from([each.value for each in Direction])


@st.composite
def _measures(draw: st.DrawFn, policies: tuple[Attempts, ...] = tuple(Attempts)) -> dict[str, Any]:
    attempts = draw(st.sampled_from(policies))
    best_k = {"best_k": draw(st.integers(1, 3))} if attempts is Attempts.MEAN_OF_BEST else {}
    return {"metric": "points", "direction": draw(_DIRECTIONS), "attempts": attempts.value, **best_k}


@st.composite
def _components(draw: st.DrawFn, direction: str) -> dict[str, Any]:
    names = list(COMPONENTS[: draw(st.sampled_from([3, 4, 2, 1]))])
    combine = draw(st.sampled_from(Combine))
    needs_all = combine is Combine.MEAN or (combine is Combine.SUM and direction == "low")
    required = None if needs_all else draw(st.sampled_from([None, max(len(names) - 1, 1), *range(1, len(names) + 1)]))
    least = len(names) if required is None else required
    drop_worst = draw(st.sampled_from([0, least - 1, min(1, least - 1)]))
    drop_best = draw(st.integers(0, least - 1 - drop_worst))
    return {
        "names": names,
        "combine": combine.value,
        "drop_best": drop_best,
        "drop_worst": drop_worst,
        "required": required,
    }


def _tie_breakers(measured: list[str], *, is_contest: bool) -> st.SearchStrategy[dict[str, Any]]:
    kinds: list[dict[str, Any]] = [
        *({"by": "measure", "name": name} for name in measured),
        {"by": "achieved", "wins": "earliest"},
        {"by": "achieved", "wins": "latest"},
        {"by": "attempts", "wins": "fewest"},
        {"by": "attempts", "wins": "most"},
        {"by": "manual"},
        {"by": "draw", "seed": "2026"},
        {"by": "draw", "seed": "São"},
    ]
    if is_contest:
        kinds.append({"by": "last_accepted"})
    else:
        kinds += [{"by": "best_single", "nth": nth} for nth in (1, 2, 3)]
        kinds += [{"by": "count", "value": value} for value in (-1, 0, 2)]
    return st.sampled_from(kinds)


@st.composite
def rules_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Of any event."""
    is_contest = draw(st.integers(0, 3)) == 0
    document = draw(_contests() if is_contest else _measured_events())
    # By name and not as drawn: the order of keys has no meaning.
    document["secondary"] = {name: draw(_measures()) for name in SECONDARY[: draw(_HOW_MANY)]}
    measured = [*document["secondary"], *([] if is_contest else (document.get("components") or {}).get("names", []))]
    document["tie_breakers"] = draw(st.lists(_tie_breakers(measured, is_contest=is_contest), max_size=4))
    document["ties"] = draw(st.sampled_from([each.value for each in Ties]))
    return document


@st.composite
def _contests(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"metric": "penalty_contest", "direction": "high"}
    document["components"] = {"names": list(COMPONENTS[: draw(st.integers(1, 3))])}
    if draw(st.booleans()):
        rejected, unit = draw(st.sampled_from([0, 1, 20])), draw(st.sampled_from(["minutes", "seconds"]))
        document["penalty"] = {"per_rejected_minutes": rejected, "counted_in": unit}
    return document


@st.composite
def _measured_events(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.booleans()):
        return draw(_measures())
    document = draw(_measures((Attempts.BEST, Attempts.LAST, Attempts.FIRST, Attempts.SUM)))
    return document | {"components": draw(_components(document["direction"]))}


def any_rules() -> st.SearchStrategy[Rules]:
    """Of any event."""
    return rules_documents().map(Rules.model_validate)
