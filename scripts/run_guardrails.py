#!/usr/bin/env python3
"""Runs backend/guardrails from anywhere: as a hook of another repository the working directory is that one's."""

import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs it as a hook may have any)
    sys.exit("guardrails needs Python 3.11 as python3")

sys.path[0] = str(Path(__file__).resolve().parents[1] / "backend")

from guardrails.command import main  # noqa: E402 (after the path that it is found by)

if __name__ == "__main__":
    sys.exit(main())
