"""`python -m guardrails [PATH]`: print what breaks the rules; exit 1 if anything does, 2 if PATH is no folder."""

import argparse
import sys
from pathlib import Path

from guardrails.checker import check


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m guardrails", description="Check the rules of the given structure.")
    parser.add_argument("path", nargs="?", default=".", type=Path, help="folder that holds apps and config")
    root: Path = parser.parse_args().path
    if not root.is_dir():
        parser.error(f"{root} is no folder; give the one that holds apps and config")
    findings = check(root)
    for finding in findings:
        print(f"{root / finding.path}:{finding.line}:{finding.column}: {finding.code} {finding.message}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
