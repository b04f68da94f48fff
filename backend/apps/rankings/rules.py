"""The rules of a season: typed, validated, with the place of each mistake."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.errors import parse_document
from apps.events.rules import Dimension

# Exact, and enough for halves and quarters.
Points = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
_OF_PLACES = ("ties", "beyond", "dnf", "dns", "dsq")


class TiedPoints(StrEnum):
    """What participants get who share a rank."""

    FULL = "full"  # each the points of that rank
    MEAN = "mean"  # each the mean of the points of the places that they take up together


class TieBreaker(StrEnum):
    """What decides between equal totals."""

    COUNTBACK = "countback"  # more first places, then more second ones, and so on
    MOST_EVENTS = "most_events"  # in which one took part; not to start is not to take part
    LATEST_COMMON = "latest_common"  # the better in the latest event in which all who are equal took part


class DivisionPoints(StrEnum):
    """Where the points of a division's standings come from."""

    OVERALL = "overall"  # the place in the whole event
    DIVISION = "division"  # the place within the division


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PointsScheme(_Document):
    """What an event gives: points by place, or the points that were recorded as its scores."""

    by_place: list[Points] | None = Field(
        default=None, min_length=1, max_length=10_000, description="the first number is for rank 1"
    )
    recorded: str | None = Field(
        default=None,
        max_length=32,
        description="without by_place: the name of the secondary measure of each event that holds its points; "
        "null for the main one",
    )
    ties: TiedPoints = TiedPoints.FULL
    beyond: Points = Field(default=Decimal(0), description="for each ranked place that the list does not reach")
    dnf: Points = Decimal(0)
    dns: Points = Decimal(0)
    dsq: Points = Decimal(0)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> "PointsScheme":
        if not self.model_fields_set & {"by_place", "recorded"}:
            raise ValueError("by_place or recorded is needed")
        if self.by_place is not None and self.recorded is not None:
            raise ValueError("recorded: points come by place or as recorded, not both")
        if self.by_place is None:
            for name in _OF_PLACES:
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(f"{name}: goes with by_place")
        return self


class Split(_Document):
    """A part of the season, of which the best events count."""

    events: int | None = Field(default=None, ge=1, le=1000, strict=True, description="how many; null takes the rest")
    best: int = Field(ge=1, le=1000, strict=True)


class SeasonRules(_Document):
    """The rules of a season. Where they count events, those that are one round count as one."""

    points: PointsScheme
    best: int | None = Field(default=None, ge=1, le=1000, strict=True, description="as many of the best events count")
    splits: list[Split] | None = Field(
        default=None, min_length=1, max_length=100, description="in the season's order, each with its own best"
    )
    drop_worst: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        strict=True,
        description="as many of the events so far do not count, missed ones first; one event always counts",
    )
    minimum_events: int = Field(
        default=0, ge=0, le=1000, strict=True, description="whoever is ranked in fewer has a total and no rank"
    )
    tie_breakers: list[TieBreaker] = list(TieBreaker)
    countback_depth: int | None = Field(
        default=None, ge=1, le=1_000_000, strict=True, description="the last place that is looked at; null: any"
    )
    divisions: dict[Dimension, DivisionPoints] = Field(
        default={}, description="dimensions with standings of their own, and where their points come from"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "SeasonRules":
        if sum(each is not None for each in (self.best, self.splits, self.drop_worst)) > 1:
            raise ValueError("best, splits, drop_worst: only one of them")
        if len(set(self.tie_breakers)) != len(self.tie_breakers):
            raise ValueError("tie_breakers: one is named twice")
        if any(split.events is None for split in (self.splits or [])[:-1]):
            raise ValueError("splits: only the last one can take the rest")
        if self.countback_depth is not None and TieBreaker.COUNTBACK not in self.tie_breakers:
            raise ValueError("countback_depth: goes with the tie-breaker countback")
        return self

    def covers(self, rounds: int) -> bool:
        """Whether the splits reach so many rounds."""
        if self.splits is None or self.splits[-1].events is None:
            return True
        return sum(split.events or 0 for split in self.splits) >= rounds


def season_rules_schema() -> dict[str, Any]:
    """The JSON Schema of a season's rules. What must fit together beyond a schema is checked by parse_season_rules."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SeasonRules.model_json_schema()}


def parse_season_rules(document: Any) -> SeasonRules:
    """Rules from a JSON document. Raises InvalidInput naming each wrong place and its reason."""
    return parse_document(SeasonRules, document, place="rules")
