#!/usr/bin/env python3
"""Puts the alerts of deploy/prometheus/ into the form of the Prometheus Operator: `python3 make_rules.py`.

Run it after they were changed; a test compares the two. Needs Python 3 and nothing else.
"""

from pathlib import Path
from textwrap import indent

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "prometheus" / "placar.rules.yml"
TARGET = HERE / "components" / "monitoring" / "rules.yaml"
HEAD = """\
# Made by make_rules.py of deploy/prometheus/placar.rules.yml: change it there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: placar
spec:
"""


def main() -> None:
    """Writes the one from the other, comments included."""
    TARGET.write_text(HEAD + indent(SOURCE.read_text(), "  "))


if __name__ == "__main__":
    main()
