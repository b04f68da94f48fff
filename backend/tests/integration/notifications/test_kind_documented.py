"""docs/webhooks-data.md shows for each kind what its data is: the same keys, and values of the same sort."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from apps.notifications.kinds import KINDS
from apps.notifications.models import Announcement
from tests.integration.notifications.test_kind_statements import MAKERS, later

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = Path(__file__).parents[4] / "docs" / "webhooks-data.md"
EXAMPLE = re.compile(r"^## (\w+)\n(?:(?!^## ).)*?```json\n(.*?)```", re.MULTILINE | re.DOTALL)
EXAMPLES = dict(EXAMPLE.findall(PAGE.read_text()))
# Empty, or another sort, in what the tests make.
FREE = {"before", "after", "reasons", "rank", "divisions"}


def shape(value: Any) -> Any:
    """Keys and sorts of values; of a list what its first is like."""
    if isinstance(value, dict):
        return {key: "free" if key in FREE else shape(part) for key, part in value.items()}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else type(value)


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", MAKERS)
def test_the_example_is_what_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    announce = MAKERS[kind](2)
    with later(monkeypatch):
        announce()
        announcement = Announcement.objects.filter(kind=kind).latest("pk")
        facts = KINDS[kind].tell(announcement, list(announcement.notifications.all()))[0]
    assert shape(json.loads(json.dumps(facts.data))) == shape(json.loads(EXAMPLES[kind]))
