"""What keeps this process from answering requests: the database, its migrations, the broker's topology.

Not the broker: requests write to the outbox and never speak to it.
"""

import logging
from functools import lru_cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from delivery.applied_topology import is_applied

logger = logging.getLogger(__name__)


def find_missing() -> tuple[str, ...]:
    """`database`, `migrations` or `topology`, in the order in which they must be there; empty when all of them are.

    What comes after something that is missing cannot be asked for. By a connection of its own that ends here: that one
    more can be had is a part of the answer.
    """
    try:
        return _look()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("not ready: %s: %s", type(error).__name__, str(error).strip())
        return ("database",)
    finally:
        connection.close()


def _look() -> tuple[str, ...]:
    if not _are_all_applied(frozenset(MigrationRecorder(connection).applied_migrations())):
        return ("migrations",)
    return () if is_applied() else ("topology",)


@lru_cache(maxsize=1)
def _are_all_applied(_applied: frozenset[tuple[str, str]]) -> bool:
    """Remembered for as long as the same ones are applied: to build the graph of them takes fifty times as long."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
