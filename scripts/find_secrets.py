#!/usr/bin/env python3
"""Looks for secrets in what git keeps, but for those that were looked at and are none.

    scripts/find_secrets.py            prints what is new, and ends with 3 if there is any
    scripts/find_secrets.py --accept   writes all that is found into .secrets.baseline, for a person to look at

By detect-secrets, whose file the baseline is. A line may move without being looked at again; a changed secret is new.
"""

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / ".secrets.baseline"
# Not 1, with which Python ends where this fails itself.
FOUND = 3
# Hashes of packages, and what is found in this very list.
PASSED_OVER = (".lock", BASELINE.name)


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [name for name in listed.split("\0") if name and not name.endswith(PASSED_OVER)]
    halves = [files[0::2], files[1::2]]
    found = SecretsCollection(root=str(ROOT))
    with ProcessPoolExecutor(len(halves)) as pool:
        for part in pool.map(scan, halves):
            for name, secrets in part.data.items():
                found[name].update(secrets)
    if sys.argv[1:] == ["--accept"]:
        with default_settings():
            document = baseline.format_for_output(found)
        del document["generated_at"]  # else each acceptance is a change
        for name, ones in document["results"].items():
            for one in ones:
                one["filename"] = name  # the library's has the folder of this clone before it
        BASELINE.write_text(json.dumps(document, indent=2) + "\n")
        return 0
    known = {(name, one["hashed_secret"]) for name, ones in accepted().items() for one in ones}
    new = [(name, secret) for name, secret in found if (name, secret.secret_hash) not in known]
    for name, secret in sorted(new, key=lambda pair: (pair[0], pair[1].line_number)):
        print(f"{name}:{secret.line_number}: {secret.type}")
    if new:
        print(
            "find_secrets: if none of these is a secret: scripts/find_secrets.py --accept, and look at what it changed"
        )
    return FOUND if new else 0


def scan(files: list[str]) -> SecretsCollection:
    """What is found in these files."""
    found = SecretsCollection(root=str(ROOT))
    with default_settings():
        for name in files:
            if (ROOT / name).is_file():
                found.scan_file(name)
    return found


def accepted() -> dict[str, list[dict[str, Any]]]:
    """By file, what was looked at."""
    if not BASELINE.exists():
        return {}
    results: dict[str, list[dict[str, Any]]] = json.loads(BASELINE.read_text())["results"]
    return results


if __name__ == "__main__":
    sys.exit(main())
