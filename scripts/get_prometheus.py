#!/usr/bin/env python3
"""Sees to it that Prometheus with promtool, and the blackbox exporter, are there.

As root it installs Debian's without starting their services, else it says what to do. `get_prometheus.py promtool`
needs the first alone.
"""

import os
import shutil
import sys

from throwaway.errors import ServiceError
from throwaway.install import install_packages

PACKAGES = {"promtool": "prometheus", "prometheus-blackbox-exporter": "prometheus-blackbox-exporter"}


def main() -> int:
    """Returns the exit code."""
    wanted = sys.argv[1:] or list(PACKAGES)
    missing = [PACKAGES[program] for program in wanted if not shutil.which(program)]
    if not missing:
        return 0
    if os.getuid() == 0 and shutil.which("apt-get"):
        try:
            install_packages(missing, who="get_prometheus")
        except ServiceError as error:
            print(f"get_prometheus: {error}", file=sys.stderr)
            return 1
        return 0
    command = f"sudo apt-get install --no-install-recommends {' '.join(missing)}"
    print(f"get_prometheus: not installed here: {command}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
