"""The options of the command line."""

import argparse
from pathlib import Path

FORMATS = ("text", "json", "sarif", "github")
EPILOG = (
    "exit: 0 nothing found, 1 findings, 2 wrong use. Configuration: [tool.guardrails] of the nearest pyproject.toml."
)


def parse(arguments: list[str] | None, codes: frozenset[str]) -> argparse.Namespace:
    """Exits with 2 at what it does not know."""
    parser = argparse.ArgumentParser(
        prog="python -m guardrails", description="Check the rules of the given structure.", epilog=EPILOG
    )

    def code(text: str) -> str:
        if text not in codes:
            raise argparse.ArgumentTypeError(f"there is no rule {text}; there are {', '.join(sorted(codes))}")
        return text

    def listed(text: str) -> list[str]:
        return [code(part.strip()) for part in text.split(",")]

    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        default=["."],
        help="folders or files: the whole project is read, what is found in them is told",
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--select", metavar="CODES", action="extend", type=listed, help="check these rules alone (GR003,GR005)"
    )
    parser.add_argument(
        "--ignore", metavar="CODES", action="extend", type=listed, help="leave these rules out", default=[]
    )
    parser.add_argument("--baseline", metavar="FILE", type=Path, help="do not tell the findings accepted in this file")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--write-baseline", action="store_true", help="accept all that is found now")
    act.add_argument("--explain", metavar="CODE", type=code, help="print what a rule wants, with examples")
    act.add_argument("--suppressions", action="store_true", help="list the comments that allow findings")
    act.add_argument("--fix", action="store_true", help="correct what can be corrected safely")
    act.add_argument("--diff", action="store_true", help="show what --fix would do")
    return parser.parse_args(arguments)
