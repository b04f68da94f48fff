"""Comments that allow a finding: which they reach, and what they themselves must be."""

from pathlib import Path

import pytest

from tests.unit.guardrails.told import project, run

ALLOW = "# guardrails: allow GR016 because the trial needs it"


def told(root: Path, source: str) -> list[str]:
    """Line, column and code of what is told of a file."""
    result = run(project(root, {"apps/a/x.py": source}))
    return [f"{place.partition(':')[2]} {code}" for place, code in zip(result.places, result.codes, strict=True)]


@pytest.mark.parametrize(
    "source",
    [
        f"x.delay(1)  {ALLOW}\n",
        f"x.delay(1)  # noqa: S101 {ALLOW}\n",
        f"x.delay(1)  {ALLOW} # but not for long\n",
        f"{ALLOW}\nx.delay(1)\n",
        f"def f():\n    {ALLOW}\n\n    # and more of it\n    x.delay(1)\n",
        f"y = [\n    1,\n    x.delay(1),  {ALLOW}\n]\n",
        f"y = [\n    1,\n    {ALLOW}\n    x.delay(1),\n]\n",
        f"y = [  {ALLOW}\n    1,\n    x.delay(1),\n]\n",
        f"y = [\n    1,\n    x.delay(1),\n]  {ALLOW}\n",
        f'y = """\n{{}}\n""".format(\n    x.delay(1))  {ALLOW}\n',
        f"{ALLOW}\n@cached\n@x.delay(1)\ndef f(): ...\n",
        f"x = 1\nx.delay(1)  {ALLOW}\nx = 2\n",
        f"x = 1\ny = [  {ALLOW}\n    1,\n    x.delay(1),\n]\n",
        f"if x: x.delay(1)  {ALLOW}\n",
        f"é = 'é'; x.delay(1)  {ALLOW}\n",
    ],
)
def test_comment_allows_the_finding(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, source) == []


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (f"x = 1  {ALLOW}\nx.delay(1)\n", ["1:8 GR093", "2:1 GR016"]),
        (f"{ALLOW}\n\nx = 1\nx.delay(1)\n", ["1:1 GR093", "4:1 GR016"]),
        (f"x = 1  # noqa: S101 {ALLOW}\n", ["1:21 GR093"]),
        (f"x.delay(1)\n{ALLOW}\n", ["1:1 GR016", "2:1 GR093"]),
        (f"y = [\n    1,  {ALLOW}\n    x.delay(1),\n]\n", ["2:9 GR093", "3:5 GR016"]),
        (f"y = [\n    {ALLOW}\n    x.delay(1),\n    x.delay(2),\n]\n", ["4:5 GR016"]),
        (f"y = [\n    x.delay(1),\n    {ALLOW}\n    x.delay(2),\n]\n", ["2:5 GR016"]),
        (f"{ALLOW}\n(x.delay(1))\nx.delay(2)\n", ["3:1 GR016"]),
        (f"@cached  {ALLOW}\n@x.delay(1)\ndef f(): ...\n", ["1:10 GR093", "2:2 GR016"]),
        (f"class A:  {ALLOW}\n    x.delay(1)\n", ["1:11 GR093", "2:5 GR016"]),
        (f"x.delay(1); y = '{ALLOW}'\n", ["1:1 GR016"]),
        (f'x.delay(1); y = """\n{ALLOW}\n"""\n', ["1:1 GR016"]),
    ],
)
def test_comment_reaches_no_further(tmp_path: Path, source: str, left: list[str]) -> None:
    assert told(tmp_path, source) == left


@pytest.mark.parametrize(
    "comment",
    [
        "# guardrails: allow GR016",
        "# guardrails: allow GR016 because",
        "# guardrails: allow GR016 because  --",
        "# guardrails: allow GR016 because # of the trial",
        "# guardrails: allow because of the trial",
        "# guardrails: allow",
        "# guardrails: allow GR016 GR003 because of the trial",
        "# guardrails: allow gr016 because of the trial",
        "# guardrails: ignore GR016 because of the trial",
        "# guardrails: disable",
        "#guardrails:allow GR016 because of the trial",
    ],
)
def test_comment_that_is_not_in_the_form_allows_nothing_and_is_found(tmp_path: Path, comment: str) -> None:
    assert told(tmp_path, f"x.delay(1)  {comment}\n") == ["1:1 GR016", "1:13 GR091"]


@pytest.mark.parametrize("comment", ["# guardrails: the rules", "# the guardrails allow it", "# guardrails"])
def test_other_comments_are_none(tmp_path: Path, comment: str) -> None:
    assert told(tmp_path, f"x = 1  {comment}\n") == []


def test_a_code_that_is_none_is_found(tmp_path: Path) -> None:
    source = "x.delay(1)  # guardrails: allow GR999, GR016 because of the trial\n"
    assert told(tmp_path, source) == ["1:13 GR092"]


def test_the_rules_on_comments_cannot_be_allowed(tmp_path: Path) -> None:
    assert told(tmp_path, "# guardrails: allow GR093 because of the trial\nx = 1\n") == ["1:1 GR092"]


def test_of_several_codes_each_must_allow_something(tmp_path: Path) -> None:
    source = "x.delay(1)  # guardrails: allow GR003, GR016 because of the trial\n"
    assert told(tmp_path, source) == ["1:13 GR093"]


def test_a_comment_is_not_called_unused_by_rules_that_did_not_run(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": f"x = 1  {ALLOW}\n"})
    assert run(tmp_path).codes == ["GR093"]
    assert run(tmp_path, "--select", "GR003,GR093").code == 0
    assert run(tmp_path, "--ignore", "GR016").code == 0


def test_they_are_listed_with_place_code_reason_and_use(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "apps/a/x.py": f"x.delay(1)  {ALLOW}\nx = 1\n# guardrails: allow GR003, GR999 because of old code\ny = 1\n",
            "apps/b/x.py": f"x.delay(1)  {ALLOW}\n",
        },
    )
    lines = [
        "apps/a/x.py:1:13: GR016 because the trial needs it",
        "apps/a/x.py:3:1: GR003 because of old code (allows nothing)",
        "apps/a/x.py:3:1: GR999 because of old code (allows nothing)",
        "apps/b/x.py:1:13: GR016 because the trial needs it",
    ]
    every = run(tmp_path, "--suppressions")
    assert (every.code, every.out.splitlines(), every.err) == (0, lines, "guardrails: 4 suppressions\n")
    assert run(tmp_path, "--suppressions", "apps/b").out.splitlines() == lines[3:]


@pytest.mark.parametrize(
    "source",
    [
        "x.delay(1){}\ny = 1\n",
        "x.delay(1){}\ry = 1\r",
        "x.delay(1){}\nx \\\r\n",  # for tokenize it ends within a statement
        "x.delay(1){}\nif x:\n    y\n  \\\n  \ny\n",  # for tokenize it is indented wrongly
    ],
)
def test_a_comment_is_read_in_whatever_can_be_parsed(tmp_path: Path, source: str) -> None:
    project(tmp_path, {"apps/a/x.py": ""})
    (tmp_path / "apps/a/x.py").write_bytes(source.format("  # guardrails: allow GR016 because of the trial").encode())
    assert run(tmp_path, "--select", "GR002,GR016").code == 0
    assert run(tmp_path, "--suppressions").out == "apps/a/x.py:1:13: GR016 because of the trial\n"
