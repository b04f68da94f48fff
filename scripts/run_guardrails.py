#!/usr/bin/env python3
"""Runs backend/guardrails from anywhere: as a hook of another repository the working directory is that one's."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1] / "backend")

from guardrails.command import main  # noqa: E402 (after the path that it is found by)

if __name__ == "__main__":
    sys.exit(main())
