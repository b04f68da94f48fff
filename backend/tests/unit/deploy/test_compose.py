"""The Compose files of production name secrets that are made, and give each to those alone who need it."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.unit.deploy.manifests import FOLDER, read

ROOT = FOLDER.parents[1]
(PRODUCTION,) = read(ROOT / "docker-compose.prod.yml")
(CLUSTER,) = read(ROOT / "docker-compose.cluster.yml")
SERVICES: dict[str, dict[str, Any]] = PRODUCTION["services"]
IMAGE = {name: one for name, one in SERVICES.items() if str(one.get("image", "")).startswith("placar:")}
BROKERS = {name: one.get("environment", {}).get("CELERY_BROKER_URL", "") for name, one in CLUSTER["services"].items()}
MAIL = {"email_url", "anymail", "anymail_webhook_secret"}


def test_every_secret_is_made(tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), "--directory", str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    files = {Path(one["file"]).name for one in (*PRODUCTION["secrets"].values(), *CLUSTER["secrets"].values())}
    assert files == {path.name for path in tmp_path.iterdir()}
    for name in runpy.run_path(script[1])["YOURS"]:
        (tmp_path / name).write_text("mine")
    subprocess.run(script, check=True, capture_output=True)
    assert all((tmp_path / name).read_text() == "mine" for name in MAIL)


def test_every_file_that_a_service_reads_is_one_of_its_secrets() -> None:
    for name, service in SERVICES.items():
        asked = {str(value) for key, value in (service.get("environment") or {}).items() if key.endswith("_FILE")}
        assert asked == {f"/run/secrets/{one}" for one in service.get("secrets", [])} or name in {
            "rabbitmq",
            "postgres",
        }


def test_flower_has_nothing_of_placars_and_only_who_sends_knows_the_mail_server() -> None:
    assert SERVICES["flower"]["secrets"] == ["flower_key", "broker_flower"]
    assert set(SERVICES["flower"]["networks"]).isdisjoint({"front", "database"})
    knowing = {name for name, service in SERVICES.items() if MAIL & set(service.get("secrets", []))}
    assert knowing == {"backend", "manage", "celery-worker-notifications"}


def test_every_queue_has_a_worker_that_knows_all_nodes() -> None:
    workers = {name: one["command"] for name, one in SERVICES.items() if name.startswith("celery-worker")}
    consumed = {name: command[6].removeprefix("--queues=") for name, command in workers.items()}
    assert sorted(consumed.values()) == sorted(settings.QUEUES)
    assert set(consumed) == set(runpy.run_path(str(ROOT / "scripts" / "composed" / "queues.py"))["WORKERS"])
    assert all("amqp://worker@rabbitmq-3/" in BROKERS[name] for name in workers)
    # Else one of them is forgotten when a password changes.
    for page in (ROOT / "docs" / "runbook").glob("*.md"):
        for line in re.findall(r"^docker compose .* celery-worker .*celery-worker-.*$", page.read_text(), re.MULTILINE):
            assert set(workers) <= set(line.split()), f"{page.name}: {line}"


def test_every_process_writes_its_log_as_json() -> None:
    for service in IMAGE.values():
        assert service["environment"]["LOG_FORMAT"] == "${LOG_FORMAT:-json}"
    # A copied example would else put the other one back.
    assert not re.search(r"^LOG_FORMAT", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_database_is_healthy_when_it_listens_by_tcp() -> None:
    (local,) = read(ROOT / "docker-compose.yml")
    for compose in (PRODUCTION, local):
        assert "127.0.0.1" in compose["services"]["postgres"]["healthcheck"]["test"]


def test_the_runbook_names_services_that_there_are() -> None:
    known = {*SERVICES, *CLUSTER["services"]}
    named: set[str] = set()
    for page in (*(ROOT / "docs" / "runbook").glob("*.md"), ROOT / "docs" / "email.md"):
        text = page.read_text()
        for line in re.findall(r"^ *docker compose (.*?)(?: +# .*)?$", text, re.MULTILINE):
            command, *words = re.split(r" (?:&&|\|\|) ", line)[0].split()
            services = [word for word in words if re.fullmatch(r"[a-z][a-z0-9-]*", word)]
            if command in {"exec", "run"}:  # what comes behind is of the command in it; "$node" is of a loop
                services = [] if '"$node"' in words else services[:1]
            elif command not in {"up", "stop", "rm"}:
                continue
            named |= set(services)
    assert len(named) > 10
    assert named <= known, named - known
