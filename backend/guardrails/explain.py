"""What a rule wants, with examples: the text of guardrails/examples."""

from pathlib import Path

EXAMPLES = Path(__file__).parent / "examples"


def explanation(code: str) -> str:
    return (EXAMPLES / f"{code}.md").read_bytes().decode()
