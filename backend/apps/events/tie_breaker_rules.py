"""What may decide between equal results: the kinds of tie-breakers and what each is told."""

from collections.abc import Collection, Iterator
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from apps.events.values import LARGEST_VALUE

_SEED_PATTERN = r"^[^\x00-\x1f\x7f]+$"  # what can be stored, and read out aloud


class _Rules(Protocol):
    """What a tie-breaker needs to know of the rules that it is part of."""

    @property
    def is_penalty_contest(self) -> bool: ...

    @property
    def measured_names(self) -> Collection[str]: ...


class _TieBreaker(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def mistakes(self, rules: _Rules) -> Iterator[str]:
        """What about it does not fit the other rules."""
        yield from ()


class ByMeasure(_TieBreaker):
    """The better result in a secondary measure or in one component."""

    by: Literal["measure"]
    name: str = Field(description="of a secondary measure or a component")

    @property
    def detail(self) -> str:
        """The name of the row's detail that it compares."""
        return self.name

    def mistakes(self, rules: _Rules) -> Iterator[str]:
        if self.name not in rules.measured_names:
            yield f"name: there is no measure {self.name!r}; there are {', '.join(rules.measured_names) or 'none'}"


class ByAchieved(_TieBreaker):
    """Who reached the result earlier (or later)."""

    by: Literal["achieved"]
    wins: Literal["earliest", "latest"] = "earliest"

    @property
    def detail(self) -> str:
        """The moment, in microseconds since 1970 UTC."""
        return "achieved"


class ByAttempts(_TieBreaker):
    """Who used fewer (or more) attempts, rejected ones too; in a penalty contest none after a solution counts."""

    by: Literal["attempts"]
    wins: Literal["fewest", "most"] = "fewest"

    @property
    def detail(self) -> str:
        """How many attempts were used."""
        return "attempts"


class ByBestSingle(_TieBreaker):
    """The better best attempt, or the better second best one and so on."""

    by: Literal["best_single"]
    nth: int = Field(default=1, ge=1, le=100, strict=True, description="1 is the best attempt, 2 the second best")

    @property
    def detail(self) -> str:
        """The value of that attempt."""
        return f"best_single:{self.nth}"

    def mistakes(self, rules: _Rules) -> Iterator[str]:
        if rules.is_penalty_contest:
            yield "by: a penalty contest has no attempts with values"


class ByCount(_TieBreaker):
    """Who has a value more often."""

    by: Literal["count"]
    value: int = Field(
        ge=-LARGEST_VALUE, le=LARGEST_VALUE, strict=True, description="in the smallest unit of the main measure"
    )

    @property
    def detail(self) -> str:
        """How many attempts have that value."""
        return f"count:{self.value}"

    def mistakes(self, rules: _Rules) -> Iterator[str]:
        if rules.is_penalty_contest:
            yield "by: a penalty contest has no attempts with values"


class ByLastAccepted(_TieBreaker):
    """Who needed less time for the last problem solved."""

    by: Literal["last_accepted"]

    @property
    def detail(self) -> str:
        """That time, in units of penalty."""
        return "last_accepted"

    def mistakes(self, rules: _Rules) -> Iterator[str]:
        if not rules.is_penalty_contest:
            yield "by: only a penalty contest accepts solutions"


class ByManualOrder(_TieBreaker):
    """The order that the organisers give to entries, lowest first; who has none comes last."""

    by: Literal["manual"]

    @property
    def detail(self) -> str:
        """The entry's place in that order."""
        return "manual"


class ByDraw(_TieBreaker):
    """A draw that anyone can repeat, between those who compete: the lowest SHA-256 of seed, colon and bib is first."""

    by: Literal["draw"]
    seed: str = Field(max_length=100, pattern=_SEED_PATTERN)

    @property
    def detail(self) -> str:
        """The first 63 bits of that digest, for those between whom it was drawn."""
        return "draw"


TieBreaker = Annotated[
    ByMeasure | ByAchieved | ByAttempts | ByBestSingle | ByCount | ByLastAccepted | ByManualOrder | ByDraw,
    Field(discriminator="by"),
]
