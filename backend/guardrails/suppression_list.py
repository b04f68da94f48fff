"""The comments that allow findings, one a line."""

from guardrails.formats import Shown
from guardrails.suppression_rules import Use


def listed(uses: list[Use], shown: Shown) -> str:
    """Place, code and reason of each, and whether there is still a finding that it allows."""
    return "\n".join(_line(use, shown) for use in uses)


def _line(use: Use, shown: Shown) -> str:
    suppression = use.suppression
    state = "" if use.is_used else " (allows nothing)"
    place = f"{shown(suppression.module.path)}:{suppression.span.line}:{suppression.span.column}"
    return f"{place}: {use.code} because {suppression.reason}{state}"
