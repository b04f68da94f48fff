"""What is measured: metrics, attempts, components, penalties, as an event's rules state them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]

MOST_COMPONENTS = 40


class CountedIn(StrEnum):
    """The unit of a contest's penalty."""

    MINUTES = "minutes"
    SECONDS = "seconds"


class Metric(StrEnum):
    """What a score measures, and so its smallest unit."""

    POINTS = "points"  # 10^-scale
    DURATION = "duration"  # milliseconds
    DISTANCE = "distance"  # millimetres
    COUNT = "count"  # 1
    PENALTY_CONTEST = "penalty_contest"  # a score is a submission: its time since the start, in milliseconds


class Direction(StrEnum):
    """Which score wins."""

    HIGH = "high"
    LOW = "low"


class Attempts(StrEnum):
    """How a result comes from its valid attempts: a rejected or a pending one is neither first nor last."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    SUM = "sum"
    MEAN_OF_BEST = "mean_of_best"  # of the best_k best; with fewer attempts there is no result yet


class Combine(StrEnum):
    """How an entry's result comes from those of its components."""

    SUM = "sum"
    MEAN = "mean"
    BEST = "best"


class Measure(BaseModel):
    """What is measured and how several attempts become one result. Values are integers in the smallest unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Metric
    direction: Direction
    scale: int = Field(default=0, ge=0, le=6, strict=True, description="decimal places of points")
    attempts: Attempts = Attempts.BEST
    best_k: int | None = Field(default=None, ge=1, le=1000, strict=True, description="for mean_of_best")

    @model_validator(mode="after")
    def _attempts_fit(self) -> Self:
        if self.scale and self.metric is not Metric.POINTS:
            raise ValueError(f"scale: only points have decimal places, {self.metric} has none")
        if (self.best_k is not None) != (self.attempts is Attempts.MEAN_OF_BEST):
            raise ValueError("best_k: goes with attempts mean_of_best, and mean_of_best needs it")
        return self


class Components(BaseModel):
    """The parts of a competition: stages, judges, disciplines, problems. Each has attempts and a result of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: list[Name] = Field(min_length=1, max_length=MOST_COMPONENTS)
    combine: Combine = Combine.SUM
    drop_best: int = Field(default=0, ge=0, strict=True, description="how many of the best components do not count")
    drop_worst: int = Field(
        default=0, ge=0, strict=True, description="how many of the worst ones do not; first those without a result"
    )
    required: int | None = Field(
        default=None, ge=1, strict=True, description="how many need a result before the entry has one; null: all"
    )

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if len(set(self.names)) != len(self.names):
            raise ValueError("names: a component is named twice")
        if self.least > len(self.names):
            raise ValueError(f"required: there are {len(self.names)} components only")
        if self.drop_best + self.drop_worst >= self.least:
            raise ValueError("drop_best, drop_worst: of the required components at least one must count")
        if self.combine is Combine.MEAN and self.least != len(self.names):
            raise ValueError("required: a mean is compared fairly only over all components")
        return self

    @property
    def least(self) -> int:
        """How many components need a result."""
        return len(self.names) if self.required is None else self.required


class Penalty(BaseModel):
    """How a penalty contest counts: minutes (or seconds) up to each solution, and more for each rejection before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_rejected_minutes: int = Field(default=20, ge=0, le=1000, strict=True)
    counted_in: CountedIn = Field(
        default=CountedIn.MINUTES, description="a time within a minute (or second) counts as the last whole one"
    )

    @property
    def unit_ms(self) -> int:
        """One unit of penalty in milliseconds."""
        return 60_000 if self.counted_in is CountedIn.MINUTES else 1_000

    @property
    def per_rejected(self) -> int:
        """In units of penalty."""
        return self.per_rejected_minutes * 60_000 // self.unit_ms
