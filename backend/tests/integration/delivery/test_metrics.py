"""The exporter with a real broker, and that rules, dashboard and document speak of what it really gives."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from delivery.applied_topology import note_applied
from delivery.broker import open_connection
from delivery.drift import find_drift
from delivery.health.views import READINESS
from delivery.management_api import ManagementApi
from delivery.metrics import broker as broker_metrics
from delivery.metrics.sources import make_watches
from delivery.metrics.watch import Watched, look_at
from delivery.models import ScheduledSlot
from delivery.topology import dead_queues, task_queues
from tests.broker import Broker, channel_of
from tests.chaos.rig import free_port
from tests.metrics import value, values
from tests.processes import Processes, wait_until
from tests.schedule_rows import every

PROJECT = Path(__file__).resolve().parents[4]
MAKE_SECRETS = PROJECT / "deploy" / "make_secrets.py"
RULES = PROJECT / "deploy" / "prometheus" / "placar.rules.yml"
RULE_TESTS = RULES.with_name("placar.rules.test.yml")
DASHBOARD = PROJECT / "deploy" / "grafana" / "placar.json"
DOCUMENT = PROJECT / "docs" / "observability.md"
RUNBOOK = PROJECT / "docs" / "runbook.md"
SUFFIXES = re.compile(r"_(total|bucket|sum|count)$")


def watched() -> Watched:
    """All sources, each after one look."""
    sources = [source for watch in make_watches() for source in watch.sources]
    for source in sources:
        look_at(source)
        source.good_until = inf
    return Watched(sources)


@pytest.fixture
def exported(transactional_db: None, broker: Broker) -> Watched:
    schedule = every(60)
    ScheduledSlot.objects.create(schedule=schedule, due_at="2026-01-01T00:00Z", outcome="skipped")
    return watched()


def test_rules_dashboard_and_document_name_what_is_exported(exported: Watched) -> None:
    names = {metric.name for metric in exported.collect()}
    assert set(values(exported.collect(), "placar_source_up").values()) == {1}
    # placar-live and the like are jobs, which Prometheus gives.
    assert named(" ".join(rule["expr"] for rule in rules())) <= names
    assert named(" ".join(expressions(json.loads(DASHBOARD.read_text())))) == names
    assert named(DOCUMENT.read_text()) == names
    written = generate_latest(registry_of(exported)).decode()
    # Bounded: nothing that grows with what is done is a label.
    assert len(written.splitlines()) < 600
    if promtool := shutil.which("promtool"):
        command = [promtool, "check", "metrics"]
        lint = subprocess.run(command, input=written, capture_output=True, text=True, check=False)
        assert (lint.returncode, lint.stderr) == (0, "")


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [cell for panel in panels for cell in cells_of(**panel["gridPos"])]
    assert len(set(cells)) == len(cells), "panels lie upon one another"
    assert max(column for column, _ in cells) < 24
    asked = [target for panel in panels for target in panel.get("targets", ())]
    assert {target["datasource"]["uid"] for target in asked} == {"${datasource}"}
    assert [each["name"] for each in dashboard["templating"]["list"]] == ["datasource"]


def cells_of(*, x: int, y: int, w: int, h: int) -> Iterator[tuple[int, int]]:
    return ((column, row) for column in range(x, x + w) for row in range(y, y + h))


def registry_of(exported: Watched) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(exported)
    return registry


def named(text: str) -> set[str]:
    """The metrics of Placar that a text speaks of."""
    return {SUFFIXES.sub("", name) for name in re.findall(r"\bplacar_[a-z_]+", text)}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def expressions(part: Any) -> Iterator[str]:
    """Every `expr`, at whatever depth."""
    if isinstance(part, dict):
        if isinstance(part.get("expr"), str):
            yield part["expr"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from expressions(each)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_each_alert_says_how_bad_it_is_and_what_to_do_and_has_a_test(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    document, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert PROJECT / document == RUNBOOK
    assert anchor == rule["alert"].lower()
    assert f"\n### {rule['alert']}\n" in RUNBOOK.read_text()
    tests = yaml.safe_load(RULE_TESTS.read_text())["tests"]
    checks = [check for test in tests for check in test.get("promql_expr_test", ())]
    outcomes = [bool(check["exp_samples"]) for check in checks if f'"{rule["alert"]}"' in check["expr"]]
    assert {True, False} <= set(outcomes), "promtool sees it neither fire nor stay silent"


def test_the_runbook_has_sections_of_alerts_that_are_there() -> None:
    sections = set(re.findall(r"^### (Placar\w+)$", RUNBOOK.read_text(), re.MULTILINE))
    assert sections == {rule["alert"] for rule in rules()}


def test_the_broker_is_told_by_queue(transactional_db: None, broker: Broker) -> None:
    # It may still tell of the workers, messages and alarms of the test before.
    wait_until(lambda: not told_by_queue(), "that the management API tells of empty queues")
    wait_until(lambda: not told_alarms(), "that the management API tells of no alarm")
    found = list(watched().collect())
    queues = {(name + end,) for name in settings.QUEUES for end in ("", ".dead")}
    assert values(found, "placar_queue_consumers") == dict.fromkeys(queues, 0)
    assert value(found, "placar_broker_alarms", "memory") == 0
    assert value(found, "placar_broker_nodes", "running") == value(found, "placar_queue_replicas_online", "events")
    assert value(found, "placar_topology_differences") == len(find_drift()) == 0
    assert value(found, "placar_tasks_unaccounted") == 0
    with open_connection() as connection:
        channel = channel_of(connection)
        channel.basic_consume("events.dead")
        broker.publish(b"[]", {}, to="rankings")
        come = {"events.dead": (1, 0), "rankings": (0, 1)}
        wait_until(lambda: told_by_queue() == come, "what the management API tells late")
        found = list(watched().collect())
        assert value(found, "placar_queue_consumers", "events.dead") == 1
        assert value(found, "placar_queue_messages_ready", "rankings") == 1


@pytest.fixture
def administrator() -> ManagementApi:
    return ManagementApi()


@pytest.fixture
def as_shipped(administrator: ManagementApi, broker: Broker, settings: Any) -> Iterator[None]:
    """Asks the broker as the user that deployments give the exporter (deploy/make_secrets.py), which has tags alone."""
    (tags,) = re.findall(r'"metrics", NOTHING, NOTHING, NOTHING, tags="([a-z,]+)"', MAKE_SECRETS.read_text())
    address = settings.BROKER_MANAGEMENT_URL
    user, rights = f"{address}/api/users/exporter", f"{address}/api/permissions/placar/exporter"
    nothing = dict.fromkeys(("configure", "write", "read"), "^$")
    for url, document in ((user, {"password": "exporter", "tags": tags}), (rights, nothing)):
        requests.put(url, json=document, timeout=30).raise_for_status()
    settings.BROKER_MANAGEMENT_URL = address.replace("guest:guest", "exporter:exporter")
    yield
    requests.delete(user, timeout=30).raise_for_status()


def test_drift_is_told_to_a_user_of_the_shipped_rights(administrator: ManagementApi, as_shipped: None) -> None:
    found = list(broker_metrics.look())
    assert value(found, "placar_topology_differences") == 0
    assert value(found, "placar_broker_nodes", "running") == 1
    with open_connection() as connection:
        channel_of(connection).queue_unbind("rankings", "placar", "rankings")
    administrator.delete_policy("placar.events")
    assert value(broker_metrics.look(), "placar_topology_differences") == 2


def told_by_queue() -> dict[str, tuple[int, int]]:
    """Consumers and waiting messages of ours, as of some moment of the last seconds; those that differ from none."""
    keys = ("consumers", "messages_ready")
    ours = {queue.name for queue in (*task_queues(), *dead_queues())}
    told = {queue["name"]: tuple(queue.get(key, -1) for key in keys) for queue in ManagementApi().get("queues")}
    return {name: counts for name, counts in told.items() if name in ours and counts != (0, 0)}


def told_alarms() -> list[Any]:
    """The nodes in alarm, as of some moment of the last seconds."""
    return [node["name"] for node in ManagementApi().nodes() if node.get("mem_alarm") or node.get("disk_free_alarm")]


def test_without_a_broker_all_else_is_told_and_of_it_nothing(exported: Watched, broker: Broker) -> None:
    broker.control("stop")
    found = list(watched().collect())
    up = values(found, "placar_source_up")
    assert {name for (name,), is_up in up.items() if not is_up} == {"broker"}
    names = {metric.name for metric in found}
    assert names.isdisjoint({"placar_queue_consumers", "placar_topology_differences", "placar_broker_alarms"})
    assert value(found, "placar_outbox_lag_seconds", "events") == 0
    # Nor do requests need one.
    note_applied()
    READINESS.forget()
    assert Client().get("/health/ready").json() == {"status": "ready"}


def test_the_exporter_serves_metrics_and_its_own_health_and_ends_when_asked(processes: Processes) -> None:
    port = str(free_port())
    exporter = processes.start_command("serve_metrics", extra_environment={"METRICS_PORT": port})
    exporter.wait_for_log("metrics at http://127.0.0.1:")
    wait_until(lambda: 'placar_source_up{source="ledger"} 1.0' in fetch(port, "/metrics"), "the first look")
    assert fetch(port, "/health/live") == "live\n"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(port, "/")
    second = processes.start_command("serve_metrics", extra_environment={"METRICS_PORT": port})
    assert second.wait() == 1
    assert "METRICS_PORT" in second.log
    assert exporter.stop() == 0


def fetch(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        text: str = answer.read().decode()
        return text
