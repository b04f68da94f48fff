"""All roles of a deployment in processes of their own, as the image starts them."""

from tests.chaos.rig import free_port
from tests.chaos.roles import Role, Roles, beat_role, command_role, worker_role
from tests.processes import Processes
from tests.web_server import gunicorn


class Deployment(Roles):
    """Web, relay, dead-letter consumer, beat and two workers."""

    def __init__(self, processes: Processes, **environment: str) -> None:
        self.port = free_port()
        super().__init__(processes, roles_at(self.port), environment)


def roles_at(port: int) -> dict[str, Role]:
    """By their names, in the order of their start."""
    return {
        "web": web_role(port),
        "relay": command_role("relay", "relay started"),
        "dead letters": command_role("consume_dead_letters", "dead-letter consumer started"),
        "beat": beat_role(),
        "worker-1": worker_role("worker-1", "config"),
        "worker-2": worker_role("worker-2", "config"),
    }


def web_role(port: int) -> Role:
    """Gunicorn with two processes."""
    return Role(gunicorn("config.wsgi", port, "--workers=2", "--threads=4"), "Booting worker")
