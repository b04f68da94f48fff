"""What a comment that allows findings must be: it says why, names rules that there are, and still allows something.

These look at what the other rules found, so they are applied after them and not part of RULES.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.rule import Edit, Finding, Problem, finding, problem_in
from guardrails.suppressions import FORM, Suppression

UNEXPLAINED, UNKNOWN, UNUSED = "GR091", "GR092", "GR093"
WHYS = {
    UNEXPLAINED: "a reader must see which rule is broken on purpose and for what",
    UNKNOWN: "there is no such rule",
    UNUSED: "it would hide the next one that comes to stand here",
}


@dataclass(frozen=True)
class Use:
    """One code of a suppression, and whether a finding of it was allowed."""

    suppression: Suppression
    code: str
    is_used: bool


def split(findings: list[Finding], suppressions: list[Suppression]) -> tuple[list[Finding], list[Use]]:
    """The findings that no comment allows, and what became of each code of each comment."""
    allowing: dict[tuple[object, str, int], list[Suppression]] = {}
    for suppression in suppressions:
        for code in suppression.codes:
            for line in range(suppression.first, suppression.last + 1):
                allowing.setdefault((suppression.module.path, code, line), []).append(suppression)
    left: list[Finding] = []
    used: set[tuple[int, str]] = set()
    for each in findings:
        allowed_by = allowing.get((each.path, each.code, each.line), [])
        used |= {(id(suppression), each.code) for suppression in allowed_by}
        left += [] if allowed_by else [each]
    uses = [Use(each, code, (id(each), code) in used) for each in suppressions for code in each.codes]
    return left, uses


def faults(suppressions: list[Suppression], uses: list[Use], known: frozenset[str]) -> Iterator[Finding]:
    """What is wrong with the comments themselves. `known` are the codes that a comment may name."""
    for suppression in suppressions:
        if not suppression.codes:
            what = "this comment does not say what it allows and why"
            yield _fault(UNEXPLAINED, suppression, what, f"write `{FORM}`")
    for use in uses:
        if use.code not in known:
            what = f"this comment allows {use.code}"
            yield _fault(UNKNOWN, use.suppression, what, "name the code of the finding")
        elif not use.is_used:
            fix = (_without(use),)
            yield _fault(
                UNUSED, use.suppression, f"this comment allows {use.code} where there is none", "take it out", fix
            )


def _fault(code: str, suppression: Suppression, what: str, instead: str, fix: tuple[Edit, ...] = ()) -> Finding:
    problem: Problem = problem_in(suppression.module, suppression.span, what, instead, fix)
    return finding(code, WHYS[code], problem)


def _without(use: Use) -> Edit:
    """Takes one code out of the comment, with its last the comment, with a comment on its own the line."""
    suppression, source = use.suppression, use.suppression.module.source
    span = suppression.span
    start, end = source.offset(span.line, span.column), source.offset(span.end_line, span.end_column)
    rest = [code for code in suppression.codes if code != use.code]
    if rest:
        text = source.text[start:end].replace(", ".join(suppression.codes), ", ".join(rest), 1)
        return Edit(suppression.module.path, start, end, text)
    line = source.line(span.line)
    if line.strip() == source.text[start:end]:
        return Edit(suppression.module.path, source.offset(span.line, 1), source.offset(span.line + 1, 1), "")
    before = line[: span.column - 1]
    blanks = len(before) - len(before.rstrip())
    return Edit(suppression.module.path, start - blanks, end, "")
