"""The rules of an event: typed, validated, with the place of each mistake."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from apps.errors import parse_document

DIMENSION_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"
# What a spreadsheet, an address and a terminal can all show: no control characters, no spaces around it.
DIVISION_PATTERN = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?$"

Dimension = Annotated[str, StringConstraints(pattern=DIMENSION_PATTERN)]
DivisionValue = Annotated[str, StringConstraints(pattern=DIVISION_PATTERN)]


class Metric(StrEnum):
    """What a score measures, and so its smallest unit."""

    POINTS = "points"  # 10^-scale
    DURATION = "duration"  # milliseconds
    DISTANCE = "distance"  # millimetres
    COUNT = "count"  # 1


class Direction(StrEnum):
    """Which score wins."""

    HIGH = "high"
    LOW = "low"


class Attempts(StrEnum):
    """How an entry's result comes from its attempts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    SUM = "sum"
    MEAN_OF_BEST = "mean_of_best"  # of the best_k best; with fewer attempts there is no result yet


class Ties(StrEnum):
    """The ranks of 1st, two equals, and the next."""

    COMPETITION = "competition"  # 1 2 2 4
    MODIFIED = "modified"  # 1 3 3 4
    DENSE = "dense"  # 1 2 2 3
    ORDINAL = "ordinal"  # 1 2 3 4, equals in the order of their bibs


class Rules(BaseModel):
    """The rules of an event. Values are integers in the metric's smallest unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Metric
    direction: Direction
    scale: int = Field(default=0, ge=0, le=6, strict=True, description="decimal places of points")
    attempts: Attempts = Attempts.BEST
    best_k: int | None = Field(default=None, ge=1, le=1000, strict=True, description="for mean_of_best")
    ties: Ties = Ties.COMPETITION
    divisions: dict[Dimension, list[DivisionValue] | None] | None = Field(
        default=None,
        description="dimension -> its divisions; null instead of a list allows any value, "
        "no `divisions` at all allows any dimension",
    )

    @model_validator(mode="before")
    @classmethod
    def _divisions_as_list(cls, data: Any) -> Any:
        """["sex", "age"] is short for {"sex": null, "age": null}."""
        if isinstance(data, dict) and isinstance(data.get("divisions"), list):
            names = data["divisions"]
            if all(isinstance(name, str) for name in names):
                return {**data, "divisions": dict.fromkeys(names)}
        return data

    @model_validator(mode="after")
    def _fits_together(self) -> "Rules":
        if self.scale and self.metric is not Metric.POINTS:
            raise ValueError(f"scale: only points have decimal places, {self.metric} has none")
        if (self.best_k is not None) != (self.attempts is Attempts.MEAN_OF_BEST):
            raise ValueError("best_k: goes with attempts mean_of_best, and mean_of_best needs it")
        for dimension, values in (self.divisions or {}).items():
            if values is not None and len(set(values)) != len(values):
                raise ValueError(f"divisions.{dimension}: a division is named twice")
        return self


def parse_rules(document: Any) -> Rules:
    """Rules from a JSON document. Raises InvalidInput naming each wrong place and its reason."""
    return parse_document(Rules, document, place="rules")
