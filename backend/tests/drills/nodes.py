"""RabbitMQ's own programs on the nodes of the private services."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from config.environment import PROJECT_DIR

USER = "rabbitmq"  # that the nodes run as, where the drill is run by root
PROGRAMS = "/usr/lib/rabbitmq/bin"


def environment_of(number: int) -> Mapping[str, str]:
    """What the programs need to know of the node, counted from 1. Those in the PATH insist on their own user."""
    sys.path.append(str(PROJECT_DIR / "scripts"))
    from throwaway.services import open_existing

    node: Any = open_existing().broker.node(number)
    environment: dict[str, str] = node.environment()
    return environment | {"HOME": str(node.home), "PATH": f"{PROGRAMS}:/usr/bin:/bin"}


def rabbitmqctl(*arguments: str) -> None:
    """On the first node."""
    user = USER if os.getuid() == 0 else None
    subprocess.run([f"{PROGRAMS}/rabbitmqctl", *arguments], env=environment_of(1), user=user, group=user, check=True)
