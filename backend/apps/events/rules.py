"""The rules of an event: typed, validated, with the place of each mistake."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from apps.errors import parse_document
from apps.events.measures import NAME_PATTERN, Attempts, Combine, Components, Direction, Measure, Metric, Name, Penalty
from apps.events.tie_breaker_rules import TieBreaker

DIMENSION_PATTERN = NAME_PATTERN
# What a spreadsheet, an address and a terminal can all show: no control characters, no spaces around it.
DIVISION_PATTERN = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?$"

Dimension = Annotated[str, StringConstraints(pattern=DIMENSION_PATTERN)]
DivisionValue = Annotated[str, StringConstraints(pattern=DIVISION_PATTERN)]

# With these and the components a row of a ranking has at most 61 details: a bit each tells whether it is known.
MOST_SECONDARY, MOST_TIE_BREAKERS = 10, 10
# Details of a row that are not named by the rules.
RESERVED_NAMES = frozenset({"pending", "penalty", "last_accepted", "achieved", "attempts", "manual", "draw"})

# What is recorded of a submission in a penalty contest.
SUBMISSION_TIME = Measure(metric=Metric.DURATION, direction=Direction.LOW)


class Ties(StrEnum):
    """The ranks of 1st, two equals, and the next."""

    COMPETITION = "competition"  # 1 2 2 4
    MODIFIED = "modified"  # 1 3 3 4
    DENSE = "dense"  # 1 2 2 3
    ORDINAL = "ordinal"  # 1 2 3 4, equals in the order of their bibs


def _or_a_list(schema: dict[str, Any]) -> None:
    """["sex", "age"] is short for {"sex": null, "age": null}."""
    schema["anyOf"].append({"type": "array", "items": {"type": "string", "pattern": DIMENSION_PATTERN}})


class Rules(Measure):
    """The rules of an event: its main measure, and how results become ranks."""

    ties: Ties = Ties.COMPETITION
    components: Components | None = Field(default=None, description="parts whose results are put together")
    penalty: Penalty | None = Field(default=None, description="for penalty_contest; its defaults unless given")
    secondary: dict[Name, Measure] = Field(
        default_factory=dict,
        max_length=MOST_SECONDARY,
        description="further measures by name, recorded beside the main one, for tie-breakers and season points",
    )
    tie_breakers: list[TieBreaker] = Field(
        default_factory=list, max_length=MOST_TIE_BREAKERS, description="asked in this order among equal results"
    )
    divisions: dict[Dimension, list[DivisionValue] | None] | None = Field(
        default=None,
        json_schema_extra=_or_a_list,
        description="dimension -> its divisions; null instead of a list allows any value, "
        "no `divisions` at all allows any dimension",
    )

    @model_validator(mode="before")
    @classmethod
    def _divisions_as_list(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("divisions"), list):
            names = data["divisions"]
            if all(isinstance(name, str) for name in names):
                return {**data, "divisions": dict.fromkeys(names)}
        return data

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if found := list(mistakes(self)):
            raise ValueError("; ".join(found))
        return self

    @property
    def is_penalty_contest(self) -> bool:
        """Whether scores are submissions that are accepted or rejected."""
        return self.metric is Metric.PENALTY_CONTEST

    def is_submission(self, name: str) -> bool:
        """Whether scores of this component or secondary measure are submissions: their value is a time."""
        return self.is_penalty_contest and name not in self.secondary

    @property
    def penalty_rule(self) -> Penalty:
        """How a penalty contest counts."""
        return self.penalty or Penalty()

    @property
    def component_names(self) -> list[str]:
        """The names of its components, in order."""
        return list(self.components.names) if self.components else []

    @property
    def measured_names(self) -> list[str]:
        """Whatever has a result of its own beside the main one."""
        return [*([] if self.is_penalty_contest else self.component_names), *sorted(self.secondary)]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """What stands in Score.component for each name: "" is 0, the main measure of an event without components."""
        # By name and not as they were written: PostgreSQL keeps no order of keys.
        names = [*self.component_names, *sorted(self.secondary)]
        return {"": 0} | {name: code for code, name in enumerate(names, 1)}

    def name_of(self, code: int) -> str:
        """The component or secondary measure of a Score.component; empty for neither."""
        return self._names[code]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.codes)

    @property
    def recorded_measures(self) -> list[Measure]:
        """What scores may be of: the main measure first."""
        return [SUBMISSION_TIME if self.is_penalty_contest else self, *self.secondary.values()]

    def measure_of(self, name: str) -> Measure:
        """What the scores of a component or a secondary measure are, "" without components. Raises KeyError."""
        if name in self.secondary:
            return self.secondary[name]
        if name not in self.component_names and (name or self.components):
            raise KeyError(name)
        return SUBMISSION_TIME if self.is_penalty_contest else self


def mistakes(rules: Rules) -> Iterator[str]:
    """What does not fit together, each with its place."""
    yield from _component_mistakes(rules)
    yield from _penalty_mistakes(rules)
    yield from _name_mistakes(rules)
    yield from _tie_breaker_mistakes(rules)
    for dimension, values in (rules.divisions or {}).items():
        if values is not None and len(set(values)) != len(values):
            yield f"divisions.{dimension}: a division is named twice"


def _component_mistakes(rules: Rules) -> Iterator[str]:
    components = rules.components
    if components is None or rules.is_penalty_contest:
        return
    if rules.attempts is Attempts.MEAN_OF_BEST:
        yield "attempts: within components it is best, last, first or sum"
    if rules.direction is Direction.LOW and components.combine is Combine.SUM and components.required is not None:
        yield "components.required: where the lowest sum wins, who leaves a component out would win; all are needed"


def _penalty_mistakes(rules: Rules) -> Iterator[str]:
    if not rules.is_penalty_contest:
        if rules.penalty is not None:
            yield "penalty: goes with the metric penalty_contest"
        return
    if rules.components is None:
        yield "components: a penalty contest needs the names of its problems"
    elif rules.components != Components(names=rules.components.names):
        yield "components: the problems of a penalty contest have names only"
    if rules.direction is not Direction.HIGH or rules.attempts is not Attempts.BEST:
        yield "direction: in a penalty contest most solved wins (high), and attempts are not chosen from"


def _name_mistakes(rules: Rules) -> Iterator[str]:
    for name, measure in rules.secondary.items():
        if measure.metric is Metric.PENALTY_CONTEST:
            yield f"secondary.{name}: a penalty contest is no secondary measure"
        if name in rules.component_names:
            yield f"secondary.{name}: a component has this name"
    for name in (*rules.component_names, *rules.secondary):
        if name in RESERVED_NAMES:
            yield f"{name!r} is reserved; choose another name"


def _tie_breaker_mistakes(rules: Rules) -> Iterator[str]:
    for number, breaker in enumerate(rules.tie_breakers):
        for reason in breaker.mistakes(rules):
            yield f"tie_breakers.{number}: {reason}"


def rules_schema() -> dict[str, Any]:
    """The JSON Schema of a rules document. What must fit together beyond a schema is checked by parse_rules."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rules.model_json_schema()}


def parse_rules(document: Any) -> Rules:
    """Rules from a JSON document. Raises InvalidInput naming each wrong place and its reason."""
    return parse_document(Rules, document, place="rules")
