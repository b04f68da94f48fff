"""The examples that document the rules are true: bad ones are found where they say, good ones not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from guardrails.checker import CODES, examine
from guardrails.examples import Example, documents, read_examples
from tests.unit.guardrails.corpus_case import Case, places, told

EXAMPLES = {
    f"{path.stem} {example.title}": (path.stem, example)
    for path in documents()
    for example in read_examples(path.read_text())
}


@pytest.mark.parametrize(("code", "example"), EXAMPLES.values(), ids=EXAMPLES)
def test_example_is_true(tmp_path: Path, code: str, example: Example) -> None:
    findings = examine(Case(example).project(tmp_path)).findings
    found = [one for one in findings if one.code == code or not example.is_bad]
    assert places(found) == example.marked(code)
    assert bool(found) == example.is_bad
    assert told(found) == example.told


def test_every_rule_has_a_document() -> None:
    assert [path.stem for path in documents()] == sorted(CODES)


def test_every_rule_has_both_kinds() -> None:
    kinds = {(code, example.is_bad) for code, example in EXAMPLES.values()}
    assert kinds == {(code, is_bad) for code in CODES for is_bad in (True, False)}


def test_the_document_is_current() -> None:
    script = Path(__file__).parents[4] / "scripts" / "guardrails_document.py"
    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


SOURCE = """# GR000 Something

## Bad: one

`a.py`

```python
x = 1  # bad
```

Between.

`b.json`
```json
[]
```

```told
a.py:1:1: GR000 x
```

```told
a.py:2:1: GR000 y
```

## Good: another
`c.py`
```missing
# bad GR001 GR002
```
"""


def test_examples_are_read() -> None:
    one, other = read_examples(SOURCE)
    assert (one.title, one.is_bad, one.line) == ("one", True, 3)
    assert one.files == {"a.py": "x = 1  # bad\n", "b.json": "[]\n"}
    assert one.marked("GR000") == [("a.py", 1, "GR000")]
    assert one.marked() == [("a.py", 1, "")]
    assert one.told == "a.py:1:1: GR000 x\na.py:2:1: GR000 y\n"
    assert (other.title, other.is_bad, other.line, other.told) == ("another", False, 26, "")
    assert not other.files
    assert other.missing == {"c.py"}
    assert other.marked() == [("c.py", 1, "GR001"), ("c.py", 1, "GR002")]


def test_a_document_without_examples_has_none() -> None:
    assert list(read_examples("# GR000 Something\n\nText.\n")) == []
