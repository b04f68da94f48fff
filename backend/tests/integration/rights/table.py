"""docs/rights.md as the tests read it."""

import re
from collections.abc import Iterator
from pathlib import Path

DOCUMENT = Path(__file__).parents[4] / "docs" / "rights.md"

Cells = dict[str, str]  # by the head of their column


def read_table(heading: str) -> dict[str, Cells]:
    """The table below a heading of the document: its rows by their first cell, which stands in `code`."""
    lines = DOCUMENT.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()
    rows = [_cells(line) for line in lines if line.startswith("|")]
    assert rows, f"{DOCUMENT.name} has no table below {heading!r}"
    head, _rule, *body = rows
    table = {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in body}
    assert len(table) == len(body), f"{heading}: a row stands twice"
    return table


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def spoken(pattern: str) -> str:
    """A URL pattern as the document writes it: events/<slug:slug> is /events/{slug}."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)


def missing_rows(heading: str, needed: Iterator[str], table: dict[str, Cells]) -> str:
    """What to do about rows that are not there; empty if all are."""
    unknown = sorted(set(needed) - set(table))
    rows = "".join(f"\n| `{name}` | ... |" for name in unknown)
    return f"docs/rights.md, below {heading!r}, does not say who may:{rows}" if unknown else ""
