"""Edits of source: each is what ruff would have written, and leaves all else as it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from makers.import_text import add_import
from makers.layout import lay_out, lay_out_dict
from makers.python_text import add_string, append
from makers.refusal import Refused
from tests.unit.makers.projects import ROOT

LONG = [f"function_with_number_{number}" for number in range(5)]
DOCSTRING = '"""About."""\n'
# What the file has, the import, and what it has then.
IMPORTS = [
    pytest.param(DOCSTRING, ("celery", "shared_task"), f"{DOCSTRING}\nfrom celery import shared_task\n", id="first"),
    pytest.param(
        f"{DOCSTRING}\nfrom celery import shared_task\n",
        ("apps.events.services", "rank"),
        f"{DOCSTRING}\nfrom celery import shared_task\n\nfrom apps.events.services import rank\n",
        id="another section, last",
    ),
    pytest.param(
        "from apps.errors import Conflict\n\nx = Conflict\n",
        ("django.db", "transaction"),
        "from django.db import transaction\n\nfrom apps.errors import Conflict\n\nx = Conflict\n",
        id="another section, first",
    ),
    pytest.param(
        "import json\n\nfrom apps.errors import Conflict\n\nx = json\n",
        ("django.db", "transaction"),
        "import json\n\nfrom django.db import transaction\n\nfrom apps.errors import Conflict\n\nx = json\n",
        id="another section, between",
    ),
    pytest.param(
        "import django\nfrom celery import shared_task\nfrom pydantic import Field\n",
        ("django.db", "models"),
        "import django\nfrom celery import shared_task\nfrom django.db import models\nfrom pydantic import Field\n",
        id="sorted into its section",
    ),
    pytest.param(
        "import json\n\nfrom pydantic import Field\n",
        ("django.db", "transaction"),
        "import json\n\nfrom django.db import transaction\nfrom pydantic import Field\n",
        id="first of its section",
    ),
    pytest.param(
        "from celery import shared_task\n\nfrom . import other\n",
        ("apps.events.services", "rank"),
        "from celery import shared_task\n\nfrom apps.events.services import rank\n\nfrom . import other\n",
        id="before relative ones",
    ),
    pytest.param(
        "from __future__ import annotations\n\nimport json\n",
        ("celery", "shared_task"),
        "from __future__ import annotations\n\nimport json\n\nfrom celery import shared_task\n",
        id="behind the future",
    ),
    pytest.param(
        "from a import LIMIT, Kind, b, d\n", ("a", "c"), "from a import LIMIT, Kind, b, c, d\n", id="one more"
    ),
    pytest.param("from a import x as y\n", ("a", "x"), "from a import x\nfrom a import x as y\n", id="beside an alias"),
    pytest.param("from a import b, c\n", ("a", "c"), "from a import b, c\n", id="there already"),
    pytest.param("from a import (\n    b,\n)\n", ("a", "c"), "from a import (\n    b,\n    c,\n)\n", id="spread"),
    pytest.param(
        f"from a import {', '.join(LONG[1:])}\n",
        ("a", LONG[0]),
        "".join(["from a import (\n", *(f"    {name},\n" for name in LONG), ")\n"]),
        id="too long for one line",
    ),
]
SIGNATURES = [
    lay_out("def f", [], " -> None:"),
    lay_out("def f", ["first: int"], " -> None:"),
    lay_out("def f", [f"argument_of_number_{number}: int" for number in range(4)], " -> dict[str, object]:"),
    lay_out("def f", [f"argument_of_number_{number}: int" for number in range(9)], " -> dict[str, object]:"),
]
DICTS = [
    lay_out_dict("D = ", {f"argument_of_number_{number}": "1" for number in range(length)}) for length in (0, 2, 9)
]


@pytest.mark.parametrize(("before", "added", "after"), IMPORTS)
def test_an_import_is_sorted_in(before: str, added: tuple[str, str], after: str) -> None:
    assert add_import(before, "x.py", *added) == after


def test_ruff_would_write_all_of_it_so(tmp_path: Path) -> None:
    texts = [str(one.values[2]) for one in IMPORTS]
    texts += [f"{signature}\n    return f\n" for signature in SIGNATURES] + [f"{one}\n" for one in DICTS]
    for number, text in enumerate(texts):
        (tmp_path / f"case_{number}.py").write_text(text)
    ruff = str(Path(sys.executable).with_name("ruff"))
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", str(tmp_path)]
    # What is imported is not used; that `apps` is of this project ruff knows by its folder alone.
    first_party = 'lint.isort.known-first-party = ["apps"]'
    for command in (["format", "--diff"], ["check", "--diff", "--select", "I", "--config", first_party]):
        done = subprocess.run([ruff, *command, *config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("from a import b  # why\n", "x.py:1: this import has a comment; add `c` to it by hand"),
        ("def broken(:\n", "x.py:1: cannot be read as Python"),
        ("x = 1\n", "x.py:1: begins neither with a docstring nor with an import"),
        ("", "x.py:1: begins neither with a docstring nor with an import"),
    ],
)
def test_an_import_that_has_no_sure_place_is_refused(before: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        add_import(before, "x.py", "a", "c")
    assert reason in str(refused.value)


def test_a_string_is_put_where_it_is_wanted() -> None:
    text = '# why\nNAMES = [\n    "a",  # first\n    "c",\n]\nx = 1\n'
    assert add_string(text, "x.py", "NAMES", "b", lambda known: known.index("c")) == text.replace(
        '    "c"', '    "b",\n    "c"'
    )
    assert add_string(text, "x.py", "NAMES", "d", len) == text.replace('"c",\n', '"c",\n    "d",\n')
    assert add_string(text, "x.py", "NAMES", "0", lambda _: 0) == text.replace('    "a"', '    "0",\n    "a"')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('NAMES = ["a", "b"]\n', "x.py:1: NAMES is not written with one string and a comma on each line"),
        ('NAMES = [\n    "a"\n]\n', "is not written with one string"),
        ("NAMES = sorted(others)\n", "x.py:1: NAMES is no plain list of strings"),
        ('NAMES = [*others, "a"]\n', "NAMES is no plain list of strings"),
        ('OTHERS = ["a"]\n', "x.py: binds no NAMES"),
    ],
)
def test_a_list_that_is_written_otherwise_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        add_string(text, "x.py", "NAMES", "b", len)
    assert reason in str(refused.value)


def test_a_function_comes_behind_all_others() -> None:
    assert append("x = 1\n\n\n\n", "\ndef f() -> None: ...\n") == "x = 1\n\n\ndef f() -> None: ...\n"
