"""The corpus: violations of many shapes, each found at its line, and innocent files, none of which is blamed."""

from pathlib import Path

import pytest

from guardrails.examples import Example, read_examples
from tests.unit.guardrails.corpus_case import Case, places, told

CORPUS = Path(__file__).parent / "corpus"
CASES = {
    f"{document.stem}:{example.line} {example.title}": example
    for document in sorted(CORPUS.glob("*.md"))
    for example in read_examples(document.read_text())
}


@pytest.mark.parametrize("example", CASES.values(), ids=CASES)
def test_exactly_what_is_marked_is_found(tmp_path: Path, example: Example) -> None:
    findings = Case(example).findings(tmp_path)
    assert places(findings) == example.marked()
    if example.told:
        assert told(findings) == example.told


def test_bad_cases_are_marked_and_good_ones_are_not() -> None:
    assert not [title for title, example in CASES.items() if bool(example.marked()) != example.is_bad]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    bad = [example for example in CASES.values() if example.is_bad]
    assert len(bad) >= 150
    assert len(CASES) - len(bad) >= 150
