"""What a benchmark hands back: its figures beside their aims."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number, and the bound that it should keep if it has one."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name:<72} {self.value:>9,.2f} {self.unit:<3} {self._aim():<14} {self._verdict()}".rstrip()

    def _aim(self) -> str:
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else ""

    def _verdict(self) -> str:
        if self.at_least is self.at_most is None:
            return ""
        is_low = self.at_least is not None and self.value < self.at_least
        is_high = self.at_most is not None and self.value > self.at_most
        return "MISSED" if is_low or is_high else "met"


def print_summary(figures: Sequence[Figure]) -> None:
    """A line for each figure."""
    print("\nfigures against their aims")
    for figure in figures:
        print(figure)
