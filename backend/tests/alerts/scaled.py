"""The deployment's own alert rules and configuration of Prometheus, with all times shorter by one factor.

Nothing else is changed: the same expressions, the same thresholds of counts and ratios.
"""

import re
from pathlib import Path
from typing import Any

import yaml

FACTOR = 12
HERE = Path(__file__).resolve().parents[3] / "deploy" / "prometheus"
RULES = HERE / "placar.rules.yml"
_SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def scaled_rules() -> dict[str, Any]:
    """`for`, the windows of ranges, and thresholds of metrics that are in seconds."""
    document: dict[str, Any] = yaml.safe_load(RULES.read_text())
    for group in document["groups"]:
        for rule in group["rules"]:
            rule["expr"] = scale_expression(rule["expr"])
            if "for" in rule:
                rule["for"] = _scale(rule["for"])
    return document


def scale_expression(text: str) -> str:
    """rate(x[3m]) is rate(x[15s]), and x_seconds{...} > 60 is x_seconds{...} > 5."""
    text = re.sub(r"\[(\w+)\]", lambda found: f"[{_scale(found[1])}]", text)
    return re.sub(r"(_seconds(?:\{[^}]*\})? > )(\d+)", lambda found: f"{found[1]}{int(found[2]) / FACTOR:g}", text)


def scaled_configuration(targets: dict[str, str], rules: Path) -> dict[str, Any]:
    """prometheus.yml with a scrape every two seconds, and targets in the place of its examples."""
    text = (HERE / "prometheus.yml").read_text()
    for example, target in targets.items():
        assert example in text
        text = text.replace(example, target)
    document: dict[str, Any] = yaml.safe_load(text)
    return document | {
        "global": {"scrape_interval": "2s", "evaluation_interval": "1s", "scrape_timeout": "2s"},
        "rule_files": [str(rules)],
    }


def _scale(duration: str) -> str:
    number, unit = int(duration[:-1]), duration[-1]
    return f"{number * _SECONDS_OF[unit] * 1000 // FACTOR}ms"
