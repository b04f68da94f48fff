#!/usr/bin/env python3
"""Known vulnerabilities of what is deployed, and secrets in what git keeps: `make audit`.

Ends with 1 if something is found, with 2 if something could not be looked at, which is said.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "backend/requirements.lock"
# As docker-compose.prod.yml calls it.
IMAGE = os.environ.get("PLACAR_IMAGE") or f"placar:{os.environ.get('PLACAR_VERSION', 'dev')}"
FOUND, NOT_LOOKED_AT = 1, 2
# With what the tools end that have found something. Grype before 0.92 ends with 1 for that as for its own failures.
SECRETS_FOUND, TRIVY_FOUND, GRYPE_FOUND = 3, 10, 2


def main() -> int:
    codes = [audit_packages(), audit_secrets(), audit_image()]
    return FOUND if FOUND in codes else max(codes)


def audit_packages() -> int:
    """The locked packages against PyPI's list of vulnerabilities, which comes from OSV and needs the internet."""
    tool = Path(sys.executable).parent / "pip-audit"
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json", "-r", LOCK]
    run = subprocess.run([tool, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = run.stderr.strip().rpartition("\n")[2] or f"pip-audit ended with {run.returncode}"
        print(f"audit: packages: the vulnerability service cannot be asked, nothing was looked at: {reason}")
        return NOT_LOOKED_AT
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package, one) for package in packages for one in package.get("vulns", [])]
    for package, one in found:
        fixed = ", ".join(one["fix_versions"]) or "no version yet"
        print(f"audit: packages: {package['name']} {package['version']}: {one['id']}, mended in {fixed}")
    if skipped:
        print(
            f"audit: packages: the vulnerability service does not know {len(skipped)} of {len(packages)}: is it PyPI?"
        )
    if not found and not skipped:
        print(f"audit: packages: none of {len(packages)} has a known vulnerability")
    return FOUND if found else NOT_LOOKED_AT if skipped else 0


def audit_secrets() -> int:
    """What scripts/find_secrets.py says."""
    code = subprocess.run([sys.executable, ROOT / "scripts" / "find_secrets.py"], check=False).returncode
    outcome = outcome_of(code, found=SECRETS_FOUND)
    print("audit: secrets: " + {0: "none is new", FOUND: "see above"}.get(outcome, "could not be looked for"))
    return outcome


def audit_image() -> int:
    """The image by trivy or grype; without them the list of its packages, without an image a word about it."""
    scanners = {
        "trivy": (
            TRIVY_FOUND,
            ["image", "--quiet", f"--exit-code={TRIVY_FOUND}", "--severity=HIGH,CRITICAL", "--ignore-unfixed", IMAGE],
        ),
        "grype": (GRYPE_FOUND, [IMAGE, "--quiet", "--fail-on=high", "--only-fixed"]),
    }
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "image", "inspect", IMAGE], capture_output=True, check=False).returncode:
        print(f"audit: image: there is no image {IMAGE} here (docker build -t {IMAGE} .): nothing was looked at")
        return NOT_LOOKED_AT
    for name, (found, arguments) in scanners.items():
        if tool := shutil.which(name):
            outcome = outcome_of(subprocess.run([tool, *arguments], check=False).returncode, found=found)
            if outcome == NOT_LOOKED_AT:
                print(f"audit: image: {name} could not look at {IMAGE}: see above")
            return outcome
    print("audit: image: neither trivy nor grype is here, so only a list of what is in the image:")
    listing = ["dpkg-query", "--show", "--showformat=${Package} ${Version}\\n"]
    subprocess.run(
        [docker, "run", "--rm", "--network=none", "--entrypoint", listing[0], IMAGE, *listing[1:]], check=False
    )
    return NOT_LOOKED_AT


def outcome_of(code: int, *, found: int) -> int:
    """What a tool's exit code says; any that is neither 0 nor that of a finding means that it has failed itself."""
    return {0: 0, found: FOUND}.get(code, NOT_LOOKED_AT)


if __name__ == "__main__":
    sys.exit(main())
