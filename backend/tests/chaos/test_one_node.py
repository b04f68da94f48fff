"""Every fault at a random moment while thousands of tasks flow: all are accounted for, and each effect happened once.

PLACAR_CHAOS_SEED repeats the choices of a run, PLACAR_CHAOS_TASKS makes it longer.
"""

from collections.abc import Callable

import pytest

from tests.broker import Broker
from tests.chaos.placar import run_placar
from tests.chaos.strikes import BROKER_FAULTS, DELIVERY_KILLS, OTHER_FAULTS, PROCESS_KILLS
from tests.processes import Processes

DECK = PROCESS_KILLS | DELIVERY_KILLS | BROKER_FAULTS | OTHER_FAULTS


@pytest.mark.django_db(transaction=True)
def test_whatever_fails_all_is_accounted_for(processes: Processes, broker: Broker, say: Callable[[str], None]) -> None:
    struck = run_placar(processes, broker, DECK, say)
    assert {each.name for each in struck} == set(DECK)
