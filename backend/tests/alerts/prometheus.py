"""A Prometheus and a blackbox exporter as a deployment has them."""

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote

import pytest
import yaml

from tests.alerts.scaled import HERE, scaled_configuration, scaled_rules
from tests.chaos.rig import free_port
from tests.processes import Processes, wait_until
from tests.web_server import HOST


class Prometheus:
    """Scrapes the exporter and probes the web process."""

    def __init__(self, processes: Processes, directory: Path, *, metrics: int, web: int) -> None:
        if not shutil.which("prometheus"):
            pytest.fail("needs Prometheus and its blackbox exporter: run it by `make alerts`")
        rules, configuration = directory / "rules.yml", directory / "prometheus.yml"
        blackbox, self._port = free_port(), free_port()
        targets = {
            "metrics:9100": f"{HOST}:{metrics}",
            "backend:8000": f"{HOST}:{web}",
            "blackbox:9115": f"{HOST}:{blackbox}",
        }
        rules.write_text(yaml.safe_dump(scaled_rules()))
        configuration.write_text(yaml.safe_dump(scaled_configuration(targets, rules)))
        processes.start(
            "prometheus-blackbox-exporter",
            f"--config.file={HERE / 'blackbox.yml'}",
            f"--web.listen-address={HOST}:{blackbox}",
        )
        self._process = processes.start(
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address={HOST}:{self._port}",
        )
        wait_until(self._is_ready, "Prometheus")

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        return {name for name, state in self.alerts() if state == "firing"}

    def alerts(self) -> set[tuple[str, str]]:
        """Those that fire or are about to, with their state."""
        return {(alert["labels"]["alertname"], alert["state"]) for alert in self._ask("alerts")["alerts"]}

    def value(self, expression: str) -> float | None:
        """Of an expression with one result; None: it has none."""
        found = self._ask(f"query?query={quote(expression)}")["result"]
        return float(found[0]["value"][1]) if found else None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self._port}/-/ready", timeout=5):
                return True
        except (URLError, OSError):
            assert not self._process.has_ended, self._process.log
            return False

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://{HOST}:{self._port}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)["data"]
