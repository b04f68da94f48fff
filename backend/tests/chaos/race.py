"""A made-up race: files of its results, and what must stand in its ranking after all of them."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from apps.events.columns import BIB_DTYPE, NO_ORDER, EntryColumns, RankingInput
from apps.events.models import Entry
from apps.events.ranking import rank_entries
from apps.events.result import RankingResult
from apps.events.rules import parse_rules
from tests.columns import plain_scores

RULES: dict[str, Any] = {
    "metric": "duration",
    "direction": "low",
    "divisions": {"sex": ["F", "M"], "age": ["18-39", "40-59", "60+"]},
}
HEADER = ("bib", "name", "sex", "age", "status", "score")
COLUMN_MAP = "bib=bib,name=name,division:sex=sex,division:age=age,status=status,score=score"
DIVISION_SETS = dict(enumerate({"sex": sex, "age": age} for sex in ("F", "M") for age in ("18-39", "40-59", "60+")))
FINISHED, DNF = Entry.Status.FINISHED, Entry.Status.DNF


@dataclass(slots=True)
class Runner:
    """What is known of a runner by now."""

    status: Entry.Status
    values: dict[int, int] = field(default_factory=dict)  # attempt -> milliseconds


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A CSV file and what its import must report."""

    content: bytes
    report: dict[str, int]


class Race:
    """Every runner as an undisturbed Placar would have stored them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.runners: dict[str, Runner] = {}

    def make_file(self, bibs: Sequence[str]) -> ResultFile:
        """A file with a row for each bib: new times, the same as before, who did not finish, and a few wrong ones."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADER)
        outcomes = Counter(self._write_row(writer, bib) for bib in bibs)
        kinds = ("accepted", "updated", "unchanged", "rejected")
        report = {"received": len(bibs)} | {kind: outcomes[kind] for kind in kinds}
        return ResultFile(text.getvalue().encode(), report)

    def _write_row(self, writer: Any, bib: str) -> str:
        """Returns how the row counts in the report."""
        divisions = DIVISION_SETS[division_set(bib)]
        status, value = self._new_result(bib)
        is_wrong = self._random.random() < 0.02
        score = "soon" if is_wrong else "" if value is None else clock(value)
        writer.writerow((bib, f"Runner {bib}", *divisions.values(), "DNF" if status == DNF else "", score))
        return "rejected" if is_wrong else self._take(bib, status, value)

    def _new_result(self, bib: str) -> tuple[Entry.Status, int | None]:
        runner, chance = self.runners.get(bib), self._random.random()
        if runner is not None and 1 in runner.values and chance < 0.2:
            return runner.status, None if runner.status == DNF else runner.values[1]
        # Whole seconds of a short race: many are equal.
        return (DNF, None) if chance < 0.25 else (FINISHED, self._random.randint(1_200, 4_800) * 1000)

    def _take(self, bib: str, status: Entry.Status, value: int | None) -> str:
        is_new = bib not in self.runners
        runner = self.runners.setdefault(bib, Runner(status))
        before, status_before = runner.values.get(1), runner.status
        runner.status = status
        if value is not None:
            runner.values[1] = value
        if is_new or (value is not None and before is None):
            return "accepted"
        return "unchanged" if status == status_before and value in (None, before) else "updated"

    def result(self) -> RankingResult:
        """The ranking, straight from the pure function."""
        scores = [
            (entry_id, attempt, value)
            for entry_id, runner in enumerate(self.runners.values())
            for attempt, value in runner.values.items()
        ]
        count = len(self.runners)
        return rank_entries(
            RankingInput(
                input_version=1,
                rules=parse_rules(RULES),
                entries=EntryColumns(
                    ids=np.arange(count),
                    bibs=np.array([bib.encode() for bib in self.runners], BIB_DTYPE),
                    standing=np.zeros(count, np.uint8),
                    status=np.array([runner.status for runner in self.runners.values()], np.uint8),
                    adjustment=np.zeros(count, np.int64),
                    manual_order=np.full(count, NO_ORDER, np.int64),
                    division_set=np.array([division_set(bib) for bib in self.runners], np.int64),
                ),
                scores=plain_scores(scores),
                division_sets=DIVISION_SETS,
            )
        )


def division_set(bib: str) -> int:
    """Which of DIVISION_SETS a runner is in."""
    return int(bib) % len(DIVISION_SETS)


def clock(milliseconds: int) -> str:
    """As a timekeeper writes it: H:MM:SS.fff."""
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
