"""Where the next page of a ranking begins."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.errors import InvalidInput
from apps.events.models import Ranking
from apps.events.result import OVERALL

_CONTENT = re.compile(r"(live )?([1-9][0-9]{0,9}) ([0-9]{1,10}) (\S.*)\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in one division of one revision, so that pages of different revisions are never mixed."""

    revision: int | None  # None: the current one
    start: int  # index of the first row
    division: str
    variant: str = Ranking.Variant.PUBLIC


def place_of(query: Mapping[str, Any]) -> Place:
    """Where the asked-for page begins. Raises InvalidInput for a cursor that is none, or of another place."""
    revision, division, variant = query.get("revision"), query.get("division"), query.get("variant")
    if "cursor" not in query:
        return Place(revision, 0, division or OVERALL, variant or Ranking.Variant.PUBLIC)
    place = decode(query["cursor"])
    # The live ranking is the public one where both say the same.
    of_another = variant == Ranking.Variant.PUBLIC != place.variant
    if of_another or revision not in (None, place.revision) or division not in (None, place.division):
        raise InvalidInput("this cursor is of another revision, division or variant", place="cursor")
    return place


def encode(place: Place) -> str:
    """The place as text that nobody need understand."""
    live = "live " if place.variant == Ranking.Variant.LIVE else ""
    return urlsafe_b64encode(f"{live}{place.revision} {place.start} {place.division}".encode()).decode().rstrip("=")


def decode(text: str) -> Place:
    """The place again. Raises InvalidInput."""
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        content = ""
    found = _CONTENT.match(content)
    if not found:
        raise InvalidInput("this is no cursor of ours", place="cursor")
    variant = Ranking.Variant.LIVE if found[1] else Ranking.Variant.PUBLIC
    return Place(int(found[2]), int(found[3]), found[4], variant)
