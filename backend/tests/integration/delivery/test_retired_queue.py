"""A queue that is retired may go once the broker has nothing of it any more."""

from datetime import date

from delivery.contracts.current import current_contracts
from delivery.contracts.document import Retired
from delivery.contracts.leftovers import find_leftovers
from tests.broker import Broker
from tests.processes import wait_until


def test_messages_in_a_retired_queue_are_told(db: None, broker: Broker) -> None:
    retired = Retired(since=date(2026, 1, 1), may_go=date(2026, 2, 1), reason="its tasks go elsewhere")
    contracts = current_contracts({"queue rankings": retired})
    broker.publish(b"{}", {}, to="rankings")
    # The management API learns of it seconds later.
    wait_until(lambda: any(one.place == "in the queue" for one in find_leftovers(contracts)), "the message is told")
    assert [str(one) for one in find_leftovers(contracts)] == ["queue rankings: 1 in the queue"]
    broker.purge()
    wait_until(lambda: not find_leftovers(contracts), "nothing is told any more")
