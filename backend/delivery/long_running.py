"""What runs until it is stopped, and waits out an outage of the broker or the database."""

from abc import ABC, abstractmethod

import psycopg
from django.db import DatabaseError, InterfaceError, connection

from delivery.broker import BrokerUnavailable
from delivery.heartbeat import Heartbeat
from delivery.lock_waits import bound_lock_waits
from delivery.outage import Outage
from delivery.wakeup import Wakeup


class LongRunning(ABC):
    """The outer loop; what the work is, and what it lets go of, is for those that inherit."""

    def __init__(self, name: str) -> None:
        """The name is that of its sign of life (delivery.heartbeat)."""
        self._heartbeat = Heartbeat(name)
        self._wakeup = Wakeup()
        self._broker_outage = Outage("broker")
        self._database_outage = Outage("database")

    def stop(self) -> None:
        """Let `run` return after the work in hand. May be called from a signal handler or another thread."""
        self._wakeup.stop()

    def run(self) -> None:
        """Work until stopped."""
        while not self._wakeup.stopping:
            try:
                bound_lock_waits()
                self._work()
                self._heartbeat.beat()
            except BrokerUnavailable as error:
                self._heartbeat.beat("waiting for the broker")
                self._wakeup.pause(self._broker_outage.begin_or_go_on(error))
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                self._let_go_of_database()
                self._heartbeat.beat("waiting for the database")
                self._wakeup.pause(self._database_outage.begin_or_go_on(str(error).strip()))
        self._let_go_of_database()

    @abstractmethod
    def _work(self) -> None:
        """One round, or many: it returns at the latest when the wakeup is stopping. One that goes on for longer than
        a few seconds gives signs of life itself.

        It ends the outages itself, once it knows that what was gone is back.
        """

    def _let_go_of_database(self) -> None:
        self._wakeup.forget()
        connection.close()
