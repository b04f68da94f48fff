#!/usr/bin/env python3
"""Brings each Compose file up from a fresh clone and looks whether it does what it is for: `make compose-check`.

    scripts/compose_check.py [local] [local-4] [production] [cluster]

`local` is docker-compose.yml, `local-4` the same with RabbitMQ 4. Against each of them the README's five-minute tour is
run as it stands there, and must end with the right ranking. All of it happens under project names and ports of its own,
in a temporary directory, and is removed at the end. PLACAR_COMPOSE is used in the place of `docker compose`.
"""

import argparse
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from composed import closed, deployment, faults
from composed.deployment import Deployment
from composed.report import CheckFailed, complain, must, say, step, wait_until
from composed.scores import Stream
from composed.tour import check_tour, run_tour
from composed.web import Web

PROJECT = Path(__file__).resolve().parents[1]
# Not those of a Placar that runs here already.
PORTS = {"PORT": "18000", "AMQP_PORT": "15673", "MANAGEMENT_PORT": "15674", "HTTP_PORT": "18080", "HTTPS_PORT": "18443"}
PRODUCTION = ("docker-compose.prod.yml",)
CLUSTER = (*PRODUCTION, "docker-compose.cluster.yml")
# The proxy's own authority, which it has for the host `localhost`.
AUTHORITY = "/state/data/caddy/pki/authorities/local/root.crt"
ACCOUNT = "check"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", metavar="WHICH", help=f"of {', '.join(CHECKS)} (default: all of them)")
    names = parser.parse_args().which or list(CHECKS)
    if unknown := set(names) - set(CHECKS):
        parser.error(f"{', '.join(unknown)}: there are {', '.join(CHECKS)}")
    if reason := deployment.is_there():
        complain(f"compose-check: there is no Docker Compose here ({reason}). Install it, or set PLACAR_COMPOSE.")
        return 1
    # So that a signal removes what was brought up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for name in names:
            with step(f"{name}: all of it"), tempfile.TemporaryDirectory(prefix="placar-check-") as directory:
                say(f"{name}")
                CHECKS[name](Path(directory))
    except CheckFailed as failure:
        complain(f"compose-check: {failure}")
        return 1
    say("all of it is as it should be")
    return 0


def check_local(directory: Path) -> None:
    _local("local", directory, PORTS)


def check_local_with_rabbitmq_4(directory: Path) -> None:
    _local("local-4", directory, PORTS | {"RABBITMQ_IMAGE": "rabbitmq:4-management"})


def _local(name: str, directory: Path, environment: dict[str, str]) -> None:
    clone = _clone(directory)
    placar = Deployment(name, clone, ["docker-compose.yml"], environment)
    web = Web(f"http://127.0.0.1:{PORTS['PORT']}", "organiser", "placar-demo")

    def work() -> None:
        _tour(web, clone, directory)
        with step("a changed source file is loaded by relay, worker, beat and dead-letter consumer"):
            (clone / "backend" / "delivery" / "names.py").touch()
            wait_until(
                lambda: placar.run("logs", "--no-color").stdout.count("reload: starting") == 4, "four starts anew"
            )
        with step("stopped, every container by itself"):
            faults.stop_all(placar)

    _with(placar, work)


def check_production(directory: Path) -> None:
    placar, clone = _production("production", directory, PRODUCTION)

    def work() -> None:
        web = _site(placar, directory)
        frozen = faults.kill_process(placar, "celery-worker-rankings", "worker", "STOP")
        _tour(web, clone, directory)
        with step("nothing is published but the proxy; no process is root's; our file systems are read-only"):
            closed.check_doors(placar)
            closed.check_processes(placar)
        with step("there is no guest; nobody can do with the broker what is not his to do"):
            closed.check_broker_users(placar)
        with step("Flower asks for a log-in as staff, and nothing of it is open"):
            closed.check_flower(placar, web)
        with step("metrics tell of the topology; the access log has no token"):
            closed.check_monitoring(placar)
            closed.check_access_log(placar, web)
        with step(
            f"check --deploy has no warning; {closed.SLOW_CLIENTS} slow clients and a body of 4 MiB disturb nobody"
        ):
            closed.check_settings(placar)
            closed.check_hostile_clients(web)
        with step("one relay and one beat killed: the ranking is right, and they are started again"):
            _lose_processes(placar, web)
        with step("a worker that stood still was ended by its health check and started again"):
            faults.wait_for_restart(placar, "celery-worker-rankings", frozen)
        with step("stopped, every container by itself"):
            faults.stop_all(placar)
        with step("brought up again, with what it had"):
            placar.up()
            check_tour(web)

    _with(placar, work)


def _lose_processes(placar: Deployment, web: Web) -> None:
    stream = Stream(web)
    stream.prepare()
    lost = [
        (service, faults.kill_process(placar, service, sign, "KILL"))
        for service, sign in (("relay", "relay"), ("celery-beat", "beat"))
    ]
    with stream.flowing():
        stream.wait_for(100)
    stream.check_ranking()
    for service, before in lost:
        faults.wait_for_restart(placar, service, before)


def check_cluster(directory: Path) -> None:
    placar, clone = _production("cluster", directory, CLUSTER)

    def work() -> None:
        web = _site(placar, directory)
        _tour(web, clone, directory)
        faults.check_members(placar)
        stream = Stream(web)
        stream.prepare()
        faults.lose_each_node(placar, stream)
        say(f"          {stream.sent} scores, the slowest request {web.slowest:.2f} s")
        unaccounted = placar.run("run", "--rm", "manage", "ledger")
        must(unaccounted.returncode == 0, "every task is accounted for")

    _with(placar, work)


def _production(name: str, directory: Path, files: tuple[str, ...]) -> tuple[Deployment, Path]:
    """As the runbook's first deployment, but for the host's name and the ports."""
    clone = _clone(directory)
    subprocess.run([sys.executable, "deploy/make_secrets.py"], cwd=clone, check=True, capture_output=True)
    (clone / ".env").write_text("SITE_HOST=localhost\n")
    (clone / "deploy" / "secrets" / "email_url").write_text("consolemail://\n")
    return Deployment(name, clone, files, PORTS | {"PLACAR_VERSION": "check"}), clone


def _clone(directory: Path) -> Path:
    """What is committed, as a person gets it."""
    clone = directory / "placar"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{PROJECT}", str(clone)], check=True)
    return clone


def _with(placar: Deployment, work: Callable[[], None]) -> None:
    try:
        with step("built"):
            placar.build()
        with step("up, every service healthy or done"):
            placar.up()
        work()
    except CheckFailed:
        placar.complain()
        raise
    finally:
        with step("removed"):
            placar.down()


def _site(placar: Deployment, directory: Path) -> Web:
    """The site behind the proxy, with an account of an organiser."""
    authority = directory / "authority.crt"
    authority.write_text(placar.execute("proxy", "cat", AUTHORITY))
    password = secrets.token_urlsafe(12)
    command = ("python", "manage.py", "createsuperuser", "--noinput", "--username", ACCOUNT, "--email", "")
    placar.execute("backend", *command, DJANGO_SUPERUSER_PASSWORD=password)
    return Web(f"https://localhost:{PORTS['HTTPS_PORT']}", ACCOUNT, password, authority=authority)


def _tour(web: Web, clone: Path, directory: Path) -> None:
    with step(f"the README's tour against {web.site}, and the right ranking"):
        printed = run_tour(web, clone / "README.md", directory)
        try:
            check_tour(web)
        except CheckFailed:
            complain(printed)
            raise
        web.log_in()


CHECKS: dict[str, Callable[[Path], None]] = {
    "local": check_local,
    "local-4": check_local_with_rabbitmq_4,
    "production": check_production,
    "cluster": check_cluster,
}

if __name__ == "__main__":
    sys.exit(main())
