"""Lets a fault last until its alerts fire, heals it, and waits until all of them are silent."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.alerts.faults import Fault
from tests.alerts.scaled import FACTOR
from tests.alerts.stand import Stand
from tests.processes import wait_until

# Alerts by counts in a window are silent once that is over; on a busy machine work that waited must be done, too.
SILENCE_SECONDS = 300
FIRING_SECONDS = 240
QUIET_SECONDS = 45
# For this long the others that a fault brings with it are waited for.
AFTERWARDS_SECONDS = 5

Say = Callable[[str], None]


@dataclass(slots=True)
class Seen:
    """When each alert was seen to fire, in seconds since the fault, and how long it took to be silent again."""

    fault: str
    fired: dict[str, float] = field(default_factory=dict)
    silent_after: float = 0.0

    def __str__(self) -> str:
        alerts = ", ".join(f"{name.removeprefix('Placar')} {at:.0f} s" for name, at in self.fired.items()) or "none"
        return f"| {self.fault} | {alerts} | {self.silent_after:.0f} s |"


def watch_all(stand: Stand, faults: Mapping[str, Fault], say: Say) -> None:
    """Each fault in turn. Times are those of the scaled rules."""
    say(f"\ntimes of the rules are divided by {FACTOR}")
    say("| fault | alerts that fired, after | silent again after |\n|---|---|---|")
    for name, fault in faults.items():
        seen = _watch(stand, name, fault)
        say(str(seen))
        others = seen.fired.keys() - fault.must - fault.may
        assert not others, f"{name}: {others} must not fire"


def stays_silent(stand: Stand, seconds: float) -> None:
    """While work flows, no alert."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert not (firing := stand.prometheus.firing()), firing
        time.sleep(0.5)


def _watch(stand: Stand, name: str, fault: Fault) -> Seen:
    wait_until(lambda: not stand.prometheus.firing(), f"silence before: {name}", seconds=SILENCE_SECONDS)
    seen, began = Seen(name), time.monotonic()

    def look() -> None:
        for alert in sorted(stand.prometheus.firing() - seen.fired.keys()):
            seen.fired[alert] = time.monotonic() - began

    def has_fired() -> bool:
        look()
        return fault.must <= seen.fired.keys()

    with fault.lasting(stand):
        wait_until(has_fired, f"{set(fault.must)} after: {name}; fired: {seen.fired}", seconds=FIRING_SECONDS)
        # Where none is expected there must be time for one to fire.
        deadline = time.monotonic() + (AFTERWARDS_SECONDS if fault.must else QUIET_SECONDS)
        while time.monotonic() < deadline:
            look()
            time.sleep(0.5)
    healed = time.monotonic()
    wait_until(lambda: look() or not stand.prometheus.firing(), f"silence after: {name}", seconds=SILENCE_SECONDS)
    seen.silent_after = time.monotonic() - healed
    return seen
