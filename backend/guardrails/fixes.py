"""Applies what findings bring along as their correction, in memory first: nothing is written that was not checked."""

import difflib
import io
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from guardrails.checker import Report, examine
from guardrails.files import write_whole
from guardrails.project import Project
from guardrails.rule import Edit, Finding

# Of the findings of a report those that may be fixed.
Chosen = Callable[[Report], list[Finding]]

# One correction may bring up the next; none is known that brings up more than two.
_ROUNDS = 10


@dataclass(frozen=True)
class Fixes:
    """How many findings were corrected, and the files that this changes."""

    project: Project
    count: int
    files: Mapping[PurePosixPath, bytes]

    def write(self) -> None:
        """Raises OSError; each file is then written whole or not at all."""
        for path, content in self.files.items():
            write_whole(self.project.root / path, content)

    def diff(self, shown: Callable[[PurePosixPath], str]) -> str:
        """As `patch` and `git apply` read it."""
        return "".join(line for path in sorted(self.files) for line in self._diff(path, shown(path)))

    def _diff(self, path: PurePosixPath, name: str) -> Iterable[str]:
        module = self.project.by_path.get(path)
        if not module:
            yield f"(new, empty) {name}\n"  # the one kind of file that a correction makes
            return
        after = self.files[path].decode(module.source.encoding)
        for line in difflib.unified_diff(_lines(module.source.text), _lines(after), f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    # As `patch` counts lines; str.splitlines knows more ends.
    return io.StringIO(text).readlines()


def fix(report: Report, chosen: Chosen) -> Fixes:
    """Correct round by round what is chosen, until nothing is left that can be."""
    start, files, count = report.project, dict[PurePosixPath, bytes](), 0
    refused: set[tuple[object, ...]] = set()
    for _ in range(_ROUNDS):
        wanted = [each for each in chosen(report) if each.fix and _key(each) not in refused]
        applied, changes = _apply(report.project, wanted)
        if not applied:
            break
        after = examine(report.project.changed(changes))
        failed = _failed(applied, report, after)
        if failed:
            refused.update(map(_key, failed))
            continue
        report, count = after, count + len(applied)
        files.update(changes)
    return Fixes(start, count, files)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.code, finding.message


def _failed(applied: list[Finding], before: Report, after: Report) -> list[Finding]:
    """Those that are found as often as before, or all of a file that cannot be read then."""
    left = Counter(map(_key, after.findings))
    left.subtract(map(_key, before.findings))
    gone = Counter(map(_key, applied))
    broken = {each.path for each in after.project.unreadable}
    return [
        each
        for each in applied
        if -left[_key(each)] < gone[_key(each)] or any(edit.path in broken for edit in each.fix)
    ]


def _apply(project: Project, findings: list[Finding]) -> tuple[list[Finding], dict[PurePosixPath, bytes]]:
    """As many findings as do not overlap, and what their files then hold."""
    edits: dict[PurePosixPath, list[Edit]] = defaultdict(list)
    applied: list[Finding] = []
    for finding in findings:
        if not any(_overlaps(edit, edits[edit.path]) for edit in finding.fix):
            applied.append(finding)
            for edit in finding.fix:
                insort(edits[edit.path], edit, key=_start)
    return applied, {path: _edited(project, path, its) for path, its in edits.items()}


def _start(edit: Edit) -> int:
    return edit.start


def _overlaps(edit: Edit, others: list[Edit]) -> bool:
    """Whether it touches one of the others. Two insertions at one place do: which comes first would be chance."""
    return any(edit.start <= other.end and other.start <= edit.end for other in others)


def _edited(project: Project, path: PurePosixPath, edits: list[Edit]) -> bytes:
    module = project.by_path.get(path)
    if module is None:
        return edits[-1].text.encode()  # all of it
    pieces, done = list[str](), 0
    for edit in edits:
        pieces += [module.source.text[done : edit.start], edit.text.replace("\n", module.source.line_end)]
        done = edit.end
    return "".join([*pieces, module.source.text[done:]]).encode(module.source.encoding)
