"""What came of an import, for people and for programs."""

from collections.abc import Iterator
from typing import Any

from apps.events.models import ImportBatch, ImportRejection

COUNTERS = ("received", "accepted", "updated", "unchanged", "rejected", "withdrawn")


def summarize(batch: ImportBatch) -> dict[str, Any]:
    """The state, the counters and the refusal. received = accepted + updated + unchanged + rejected."""
    counters = {counter: getattr(batch, counter) for counter in COUNTERS}
    return {
        "import_id": batch.pk,
        "state": str(batch.state),
        "dry_run": batch.dry_run,
        **counters,
        "refusal": batch.refusal,
    }


def report(batch: ImportBatch) -> dict[str, Any]:
    """The summary and the rejected rows of which details are kept, in the order of their lines."""
    rejections = list(batch.rejections.values("line", "column", "value", "reason"))
    return {**summarize(batch), "rejections": rejections, "rejections_are_cut": is_cut(batch, len(rejections))}


def is_clean(batch: ImportBatch) -> bool:
    """Whether all of the file was taken."""
    return batch.state == ImportBatch.State.DONE and not batch.rejected


def is_cut(batch: ImportBatch, listed: int) -> bool:
    """Whether more rows were rejected than are listed."""
    return batch.rejected > listed


def describe(batch: ImportBatch) -> Iterator[str]:
    """The report as lines of text."""
    if batch.refusal:
        yield f"{batch.state}: {batch.refusal}"
    elif batch.dry_run:
        yield "dry run: nothing was stored"
    for counter in COUNTERS:
        yield f"{counter:<10}{getattr(batch, counter):>10,}"
    listed = 0
    for rejection in batch.rejections.iterator():
        listed += 1
        yield describe_rejection(rejection)
    if is_cut(batch, listed):
        yield f"... and {batch.rejected - listed:,} more, of which no details are kept"


def describe_rejection(rejection: ImportRejection) -> str:
    """`line 5, time_s: '-12': a duration is never negative`."""
    place = f"line {rejection.line}" + (f", {rejection.column}" if rejection.column else "")
    value = f" {rejection.value!r}:" if rejection.value else ""
    return f"{place}:{value} {rejection.reason}"
