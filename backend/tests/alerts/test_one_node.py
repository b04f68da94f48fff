"""Each fault that lasts has its alert, which ends with it, and without one none fires."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.alerts.faults import FAULTS, RIDDEN_OUT
from tests.alerts.stand import standing
from tests.alerts.watching import QUIET_SECONDS, stays_silent, watch_all
from tests.broker import Broker
from tests.processes import Processes, wait_until

# A regular expression of the faults' names; empty: all of them.
ONLY = re.compile(os.environ.get("PLACAR_ALERTS_ONLY", ""))


@pytest.mark.django_db(transaction=True)
def test_each_fault_has_its_alert(
    processes: Processes, broker: Broker, tmp_path: Path, say: Callable[[str], None]
) -> None:
    with standing(processes, broker, tmp_path) as stand:
        wait_until(lambda: stand.prometheus.value("placar_tasks_unaccounted") == 0, "the first scrape")
        wait_until(lambda: not stand.prometheus.firing(), "silence after the start")
        stays_silent(stand, QUIET_SECONDS)
        assert (stand.prometheus.value("sum(placar_task_runs_total)") or 0) > 0, "no work flowed"
        say(f"without a fault no alert fired in {QUIET_SECONDS} s")
        everything = RIDDEN_OUT | FAULTS
        watch_all(stand, {name: fault for name, fault in everything.items() if ONLY.search(name)}, say)
