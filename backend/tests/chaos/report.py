"""What a run prints: its faults with their pauses, and what came of it all."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.chaos.client import Client
from tests.chaos.effects import rows
from tests.chaos.injector import Struck


def table(struck: Sequence[Struck]) -> Iterator[str]:
    """A line for each fault. `next`: seconds from its beginning to the next task that was finished, `pause`: the
    longest time without any until every worker was back, `back`: from its end until then."""
    yield f"{'second':>7} {'lasted':>6} {'next':>6} {'pause':>6} {'back':>6}  fault"
    finished = finish_times()
    start = struck[0].began
    for each in struck:
        after = [moment for moment in finished if each.began <= moment <= each.back]
        pause = max(later - earlier for earlier, later in pairwise([each.began, *after, each.back]))
        seconds = (each.began - start, each.over - each.began, after[0] - each.began, pause, each.back - each.over)
        figures = " ".join(f"{value:>{width}.1f}" for value, width in zip(seconds, (7, 6, 6, 6, 6), strict=True))
        target = f" ({each.target})" if each.target else ""
        yield f"{figures}  {each.name}{target}: {each.under_way}"


def finish_times() -> list[float]:
    """When tasks were finished, in order."""
    return [float(moment) for (moment,) in rows("SELECT extract(epoch FROM at) FROM chaos_run ORDER BY at")]


def pace(struck: Sequence[Struck]) -> str:
    """How fast tasks were finished."""
    finished = finish_times()
    seconds = finished[-1] - finished[0]
    return f"{len(finished)} runs in {seconds:.0f} s, {len(struck)} faults in {struck[-1].back - struck[0].began:.0f} s"


def requests(client: Client) -> str:
    """What the client saw."""
    seconds = sorted(client.seconds)
    slowest, middle = seconds[-1], seconds[len(seconds) // 2]
    answered = f"{len(seconds)} answered of {client.tries} requests, half of them within {middle * 1000:.0f} ms"
    return f"{answered}, the slowest after {slowest:.1f} s"
