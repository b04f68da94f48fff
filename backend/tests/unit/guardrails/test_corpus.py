"""The corpus: violations of many shapes, each found at its line, and innocent files, none of which is blamed."""

from pathlib import Path

import pytest

from guardrails.examples import Example, read_examples
from tests.unit.guardrails.cases import Case

CORPUS = Path(__file__).parent / "corpus"
CASES = [
    pytest.param(example, id=f"{document.stem}:{example.line} {example.title}")
    for document in sorted(CORPUS.glob("*.md"))
    for example in read_examples(document.read_text())
]


@pytest.mark.parametrize("example", CASES)
def test_exactly_what_is_marked_is_found(tmp_path: Path, example: Example) -> None:
    assert Case(example).findings(tmp_path) == example.marked()


def test_bad_cases_are_marked_and_good_ones_are_not() -> None:
    examples = [parameters.values[0] for parameters in CASES]
    wrong = [example.title for example in examples if bool(example.marked()) != example.is_bad]  # type: ignore[union-attr]
    assert not wrong


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    examples = [parameters.values[0] for parameters in CASES]
    bad = [example for example in examples if example.is_bad]  # type: ignore[union-attr]
    assert (len(bad), len(examples) - len(bad)) >= (150, 150)
