"""The relay while the broker or the database is away: nothing is lost, and it goes on by itself."""

from django.db import connection, transaction

from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.integration.delivery.asking import ask, ask_often, event_ids, wait_until_all_is_sent, waiting
from tests.processes import Processes, wait_until


def test_while_the_broker_is_stopped_requests_go_on_and_afterwards_all_is_sent(
    processes: Processes, broker: Broker
) -> None:
    relay = processes.start_relay()
    ask(1)
    wait_until_all_is_sent()
    broker.control("stop")
    ask(2)
    relay.wait_for_log("broker unavailable, trying again until it is back")
    ask(3)
    assert waiting() == 2
    broker.control("start")
    wait_until_all_is_sent()
    relay.wait_for_log("broker available again")
    assert relay.log.count("unavailable") == 1  # said once, not at each try
    assert event_ids(broker) == [1, 2, 3]
    assert relay.stop() == 0


def test_a_killed_broker_loses_nothing(processes: Processes, broker: Broker) -> None:
    processes.start_relay("--batch-size", "100")
    ask_often(5000)
    wait_until(lambda: waiting() < 5000, "the first batch sent")
    broker.control("kill")
    broker.control("start")
    wait_until_all_is_sent()
    assert set(event_ids(broker)) == set(range(5000))


def test_a_relay_that_started_without_a_broker_begins_when_it_is_there(processes: Processes, broker: Broker) -> None:
    broker.control("stop")
    ask(1)
    relay = processes.start_relay()
    relay.wait_for_log("broker unavailable")
    broker.control("start")
    wait_until_all_is_sent()


def test_a_frozen_broker_stops_neither_requests_nor_the_relay_for_ever(processes: Processes, broker: Broker) -> None:
    relay = processes.start_relay()
    ask(1)
    wait_until_all_is_sent()
    broker.control("freeze")
    first = ask(2, coalesce_key="event:2")
    wait_until(is_locked, "the relay holding the message")
    # The relay waits for the broker and holds the row; a request that would coalesce with it must not wait as well.
    assert ask(2, coalesce_key="event:2") != first
    relay.wait_for_log("broker unavailable")
    broker.control("thaw")
    wait_until_all_is_sent()
    assert set(event_ids(broker)) == {1, 2}


def is_locked() -> bool:
    with transaction.atomic():
        return not OutboxMessage.objects.filter(sent_at=None).select_for_update(skip_locked=True).exists()


def test_a_relay_at_a_frozen_broker_still_stops_when_told(processes: Processes, broker: Broker) -> None:
    relay = processes.start_relay()
    ask(1)
    wait_until_all_is_sent()
    broker.control("freeze")
    ask(2)
    wait_until(is_locked, "the relay holding the message")
    assert relay.stop() == 0
    assert waiting() == 1


def test_a_relay_whose_database_connection_is_cut_goes_on(processes: Processes, broker: Broker) -> None:
    relay = processes.start_relay()
    ask(1)
    wait_until_all_is_sent()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    ask(2)
    wait_until_all_is_sent()
    assert event_ids(broker) == [1, 2]
    relay.wait_for_log("database unavailable")
    relay.wait_for_log("database available again")
