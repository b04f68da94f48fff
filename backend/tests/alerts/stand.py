"""All of it running: Placar's processes, a client, a schedule, and the Prometheus that watches them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.applied_topology import note_applied
from delivery.models import ScheduleState
from tests.alerts.client import Client
from tests.alerts.prometheus import Prometheus
from tests.broker import Broker
from tests.chaos.rig import HEARTBEAT, ProxyControl, free_port
from tests.chaos.roles import WORKERS, Role, Roles, beat_role, command_role, web_role, worker_role
from tests.chaos.workload import TICK
from tests.processes import Processes
from tests.schedule_rows import every

DEAD_LETTERS = "dead letters"


@dataclass(frozen=True, slots=True)
class Stand:
    """What faults are done to, and what sees them."""

    roles: Roles
    broker: Broker
    proxy: ProxyControl
    prometheus: Prometheus


@contextmanager
def standing(processes: Processes, broker: Broker, directory: Path) -> Iterator[Stand]:
    """Everything started, and work under way."""
    note_applied()
    schedule = every(1, task=TICK[0], kwargs=f'{{"{TICK[1]}": 0}}')
    ScheduleState.objects.create(schedule=schedule, missed=ScheduleState.Missed.SKIP)
    proxy = ProxyControl(processes)
    web, metrics = free_port(), free_port()
    environment = {
        "CELERY_BROKER_URL": proxy.broker_url,
        "CELERY_BROKER_HEARTBEAT": str(HEARTBEAT),
        "CHAOS_SERVICES": "tests.alerts.work",
        "METRICS_PORT": str(metrics),
        "METRICS_INTERVAL_SECONDS": "2",
    }
    roles: dict[str, Role] = {
        "relay": command_role("relay", "relay started"),
        DEAD_LETTERS: command_role("consume_dead_letters", "dead-letter consumer started"),
        "beat": beat_role(),
        "web": web_role(web),
        "metrics": command_role("serve_metrics", "metrics at"),
        **{name: worker_role(name, "tests.alerts.worker") for name in WORKERS},
    }
    running = Roles(processes, roles, environment)
    running.start_all()
    client = Client(web)
    client.start()
    try:
        yield Stand(running, broker, proxy, Prometheus(processes, directory, metrics=metrics, web=web))
    finally:
        client.stop()
