"""What a benchmark hands back: its figures beside their aims."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number and the bound that it should keep."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the bounds are kept."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    def __str__(self) -> str:
        aim = f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"
        return f"{self.name:<72} {self.value:>9,.2f} {self.unit:<3} {aim:<14} {'met' if self.is_met else 'MISSED'}"


def print_summary(figures: Sequence[Figure]) -> None:
    """A line for each figure."""
    print(f"\n{'figures against their aims':<72}")
    for figure in figures:
        print(figure)
