"""What a finding is known by when the lines around it move: its file, its code and the text of its line."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from guardrails.project import Project
from guardrails.rule import Finding

Identity = tuple[str, str, str]


def identity(project: Project, finding: Finding) -> Identity:
    """Path, code, and the line without its indentation; of a file that is not there or not read the line is empty."""
    module = project.by_path.get(finding.path)
    line = module.source.line(finding.line) if module else ""
    return str(finding.path), finding.code, " ".join(line.split())


def numbered(project: Project, findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with a short text that no other one has: the second of two alike gets another than the first."""
    seen: Counter[Identity] = Counter()
    for finding in findings:
        known = identity(project, finding)
        seen[known] += 1
        yield (
            finding,
            hashlib.sha256("\0".join([*known, str(seen[known])]).encode(errors="surrogateescape")).hexdigest()[:32],
        )
