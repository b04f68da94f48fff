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
FIRING_SECONDS = 180
QUIET_SECONDS = 45
# For this long the others that a fault brings with it are waited for.
AFTERWARDS_SECONDS = 5
# What waits, and for how long, when all is worked off but what has just been asked for.
BACKLOG = "sum(placar_outbox_due) + sum(placar_queue_messages_ready) + max(placar_queue_oldest_seconds) < 20"

Say = Callable[[str], None]


@dataclass(slots=True)
class Seen:
    """When each alert was seen to fire, in seconds since the fault, and how long it took to be silent again."""

    name: str
    fault: Fault
    fired: dict[str, float] = field(default_factory=dict)
    silent_after: float = 0.0

    def __str__(self) -> str:
        alerts = ", ".join(f"{name.removeprefix('Placar')} {at:.0f} s" for name, at in self.fired.items()) or "none"
        return f"| {self.name} | {alerts} | {self.silent_after:.0f} s |"

    def complaints(self) -> list[str]:
        """What did not fire and should have, and the other way about."""
        others = self.fired.keys() - self.fault.must - self.fault.may
        complaints = [f"{self.name}: {alert} must not fire" for alert in sorted(others)]
        if not self.fault.has_fired(self.fired):
            complaints.append(f"{self.name}: {sorted(self.fault.must | self.fault.one_of)} did not fire")
        return complaints


def watch_all(stand: Stand, faults: Mapping[str, Fault], say: Say) -> None:
    """Each fault in turn. Times are those of the scaled rules."""
    say(f"\ntimes of the rules are divided by {FACTOR}")
    say("| fault | alerts that fired, after | silent again after |\n|---|---|---|")
    complaints: list[str] = []
    for name, fault in faults.items():
        seen = _watch(stand, name, fault)
        say(str(seen))
        complaints += seen.complaints()
    assert complaints == []


def stays_silent(stand: Stand, seconds: float) -> None:
    """While work flows, no alert."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert not (firing := stand.prometheus.firing()), firing
        time.sleep(0.5)


def _watch(stand: Stand, name: str, fault: Fault) -> Seen:
    seen, began = Seen(name, fault), time.monotonic()
    with fault.lasting(stand):
        # Where none is expected there must be time for one to fire.
        least = began + (QUIET_SECONDS if fault.is_ridden_out else 0)
        enough = began + FIRING_SECONDS
        while time.monotonic() < enough:
            for alert in sorted(stand.prometheus.firing() - seen.fired.keys()):
                seen.fired[alert] = time.monotonic() - began
            if fault.has_fired(seen.fired) and enough == began + FIRING_SECONDS:
                enough = max(least, time.monotonic() + AFTERWARDS_SECONDS)
            time.sleep(0.5)
    healed = time.monotonic()
    try:
        wait_until(lambda: not stand.prometheus.firing(), f"silence after: {name}", seconds=SILENCE_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}; {sorted(stand.prometheus.firing())} goes on") from error
    seen.silent_after = time.monotonic() - healed
    # Else what is left of this one would be taken for the next one's.
    wait_until(
        lambda: not stand.prometheus.alerts() and stand.prometheus.value(BACKLOG) is not None,
        f"all worked off after: {name}",
        seconds=SILENCE_SECONDS,
    )
    return seen
