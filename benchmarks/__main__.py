"""python -m benchmarks [NAME...]: run all benchmarks, or those named, and set their figures against their aims."""

import argparse
import importlib

from benchmarks.figures import print_summary

NAMES = (
    "pure_ranking",
    "rankings",
    "standings",
    "imports",
    "relay",
    "requests",
    "limits",
    "whole_way",
    "latency",
    "notifications",
    "capacity",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no {min(unknown)}; there are {', '.join(NAMES)}")
    figures = []
    for name in names:
        print(f"\n=== {name}", flush=True)
        figures += importlib.import_module(f"benchmarks.{name}").main()
    print_summary(figures)


if __name__ == "__main__":
    main()
