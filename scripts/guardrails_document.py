"""Write docs/guardrails.md from the examples of the house rules; with --check say whether it is current."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "backend"))

from guardrails.examples import documents  # noqa: E402 (after the path)

DOCUMENT = ROOT / "docs" / "guardrails.md"

_HEAD = """# The rules of the structure

Written by `scripts/guardrails_document.py` from [`backend/guardrails/examples/`](../backend/guardrails/examples), which
are the tests of the rules as well: a line that ends in `# bad` is found, everything else is not, and just that is told.
`python -m guardrails --explain GR003` prints one of them.

| rule | what must hold |
|---|---|
"""
_TITLE = re.compile(r"# (GR\d{3}) (.+)")
_HEADING = re.compile(r"^#", re.MULTILINE)


def document() -> str:
    """What docs/guardrails.md has to hold: a table of the rules, then each with its examples."""
    texts = [path.read_text() for path in documents()]
    rows = [f"| [{code}](#{_anchor(code, title)}) | {title} |" for code, title in map(_titled, texts)]
    return "\n".join([_HEAD + "\n".join(rows), "", *(_below(text) for text in texts)])


def _titled(text: str) -> tuple[str, str]:
    match = _TITLE.match(text)
    if not match:
        raise ValueError(f"an example must start with `# GR000 What must hold`, not with {text[:40]!r}")
    return match[1], match[2]


def _anchor(code: str, title: str) -> str:
    """The name that GitHub gives to a heading."""
    return re.sub(r"[^\w -]", "", f"{code} {title}".lower()).replace(" ", "-")


def _below(text: str) -> str:
    """The text with headings one level down: comments in code are none."""
    blocks = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(block if block.startswith("```") else _HEADING.sub("##", block) for block in blocks)


def main() -> int:
    """Write the document, or say whether it is current."""
    if "--check" not in sys.argv:
        DOCUMENT.write_text(document())
        return 0
    if DOCUMENT.is_file() and DOCUMENT.read_text() == document():
        return 0
    sys.stderr.write(f"{DOCUMENT.name} is not what the examples say; scripts/guardrails_document.py writes it anew\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
