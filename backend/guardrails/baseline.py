"""The findings that an old codebase starts with: accepted, so that only new ones are told."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from guardrails.files import write_whole
from guardrails.fingerprints import Identity, identity
from guardrails.project import Project
from guardrails.rule import Finding


class BaselineError(Exception):
    """The file cannot be read, or is none that was written by `--write-baseline`."""


@dataclass(frozen=True)
class Compared:
    """The findings that the baseline does not have, and the entries that no finding has."""

    new: list[Finding]
    gone: Counter[Identity]


def write(file: Path, project: Project, findings: Iterable[Finding]) -> None:
    """Accept these findings, and no others."""
    counted = Counter(identity(project, finding) for finding in findings)
    entries = [
        {"path": path, "code": code, "source": source, "count": count}
        for (path, code, source), count in sorted(counted.items())
    ]
    text = json.dumps({"findings": entries}, indent=2, ensure_ascii=False) + "\n"
    write_whole(file, text.encode(errors="backslashreplace"))  # odd bytes in a path become what JSON has for them


def compare(file: Path | None, project: Project, findings: Iterable[Finding]) -> Compared:
    """Each entry stands for as many findings as it counts; without a file all are new. Raises BaselineError."""
    left = _read(file) if file else Counter[Identity]()
    new: list[Finding] = []
    for finding in findings:
        known = identity(project, finding)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(finding)
    return Compared(new, +left)


def _read(file: Path) -> Counter[Identity]:
    try:
        document = json.loads(file.read_bytes())
        return Counter({_identity(entry): _count(entry) for entry in document["findings"]})
    except OSError as error:
        raise BaselineError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise BaselineError(f"{file}: is no baseline: {error!r}; make it anew with --write-baseline") from None


def _identity(entry: Mapping[str, object]) -> Identity:
    return str(entry["path"]), str(entry["code"]), str(entry["source"])


def _count(entry: Mapping[str, object]) -> int:
    count = entry["count"]
    if not isinstance(count, int):
        raise TypeError("count")
    return count
