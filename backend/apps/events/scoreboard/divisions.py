"""The boards of a ranking as the reader chooses between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events import pages
from apps.events.models import Ranking

# A dimension with more divisions than this is a list to choose from: a row of links would push the board off screen.
MOST_LINKS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One division to look at."""

    key: str  # as in ?division=sex:F
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way in which entries are divided."""

    name: str
    choices: Sequence[Choice]

    @property
    def is_long(self) -> bool:
        """Whether there are too many for a row of links."""
        return len(self.choices) > MOST_LINKS


def dimensions(ranking: Ranking, current: str) -> list[Dimension]:
    """The ranking's dimensions, those with the fewest divisions first; `current` is the key of the board shown."""
    by_name: dict[str, list[Choice]] = {}
    for key in pages.board_keys(ranking)[1:]:
        name, _colon, label = key.partition(":")
        by_name.setdefault(name, []).append(Choice(key, label, is_current=key == current))
    found = [Dimension(name, choices) for name, choices in by_name.items()]
    # The fewest first: what most people look for (sex, category) before what few do (age group, club).
    return sorted(found, key=lambda dimension: len(dimension.choices))


def board_title(key: str) -> str:
    """What a division's board is called; empty for the overall one."""
    dimension, _colon, division = key.partition(":")
    return f"{dimension} {division}" if division else ""
