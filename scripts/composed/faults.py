"""What happens to processes in production, and what must be seen of it: nothing."""

from composed.deployment import Deployment
from composed.queues import QUEUES
from composed.report import must, say, step, wait_until
from composed.scores import Stream

NODES = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")


def started_at(deployment: Deployment, service: str, index: int = 1) -> str:
    """When its container's first process was started; empty while it is not running."""
    done = deployment.run("exec", "-T", "--index", str(index), service, "stat", "-c", "%y", "/proc/1", check=False)
    return done.stdout if done.returncode == 0 else ""


def kill_process(deployment: Deployment, service: str, sign: str, signal: str, *, index: int = 1) -> str:
    """A signal to the process that gives the sign of life; returns when its container was started."""
    before = started_at(deployment, service, index)
    command = f"kill -s {signal} $(cut -d' ' -f2 $HEARTBEAT_DIR/{sign})"
    deployment.execute(service, "sh", "-c", command, index=index)
    return before


def wait_for_restart(deployment: Deployment, service: str, before: str, *, index: int = 1) -> None:
    """Until the restart policy has brought it back, and it gives signs of life."""
    wait_until(
        lambda: started_at(deployment, service, index) not in ("", before), f"{service} was started again", seconds=240
    )
    wait_until(
        lambda: all(c["Health"] == "healthy" for c in deployment.containers() if c["Service"] == service),
        f"{service} is healthy again",
    )


def lose_each_node(deployment: Deployment, stream: Stream) -> None:
    """One node after the other, killed while scores come in; each comes back before the next one goes."""
    for node in NODES:
        with step(f"{node} killed while scores came in: none was refused, and the ranking is right without it"):
            with stream.flowing():
                stream.wait_for(50)
                deployment.run("kill", node)
                stream.wait_for(200)
            stream.check_ranking()
        with step(f"{node} started again: every queue has its three members"):
            deployment.run("start", node)
            wait_until(lambda: has_all_members(deployment), "all queues have their members again", seconds=300)


def has_all_members(deployment: Deployment) -> bool:
    """Whether each quorum queue would outlive the loss of any node: RabbitMQ's own word for it."""
    return not any(
        deployment.fails(node, "rabbitmq-queues", "-q", "check_if_node_is_quorum_critical") for node in NODES
    )


def check_members(deployment: Deployment) -> None:
    """Each of our queues has a member on every node."""
    listed = deployment.execute("rabbitmq", "rabbitmqctl", "-q", "list_queues", "-p", "placar", "name", "online")
    ours = [line for line in listed.splitlines() if line.startswith(QUEUES)]
    must(len(ours) == 2 * len(QUEUES), f"each queue and that of its dead letters: {ours}")
    for line in ours:
        must(line.count("rabbit@") == len(NODES), f"three members are online: {line}")


def stop_all(deployment: Deployment) -> None:
    """Everything ends by itself, in time, with exit code 0."""
    deployment.run("stop")
    codes = {container["Name"]: container["ExitCode"] for container in deployment.containers()}
    must(not any(codes.values()), f"all ended with exit code 0: {codes}")
    say(f"          {len(codes)} containers, exit code 0 each")
