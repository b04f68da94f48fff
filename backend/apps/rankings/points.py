"""What a place in an event is worth in a season."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from apps.errors import parse_document

# Points are counted in hundredths: exact, and enough for halves and quarters.
HUNDREDTHS = 100

Points = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]


class PointsScheme(BaseModel):
    """Points by place: the first number is for rank 1. Equal ranks get the same; places beyond the list get none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by_place: list[Points] = Field(min_length=1, max_length=10_000)

    def points(self, rank: int) -> int:
        """What a rank, counted from 1, is worth, in hundredths."""
        return int(self.by_place[rank - 1] * HUNDREDTHS) if rank <= len(self.by_place) else 0


def parse_points(document: Any) -> PointsScheme:
    """A points scheme from a JSON document. Raises InvalidInput naming each wrong place and its reason."""
    return parse_document(PointsScheme, document, place="points")


def format_points(hundredths: int) -> str:
    """Points as people read them: 25, 12.5, 0.25."""
    whole, fraction = divmod(hundredths, HUNDREDTHS)
    return f"{whole}.{fraction:02}".rstrip("0") if fraction else str(whole)
