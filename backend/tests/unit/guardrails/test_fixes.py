"""What `--fix` corrects, and what it leaves alone."""

import ast
from pathlib import Path

import pytest

from tests.unit.guardrails.planted import plant
from tests.unit.guardrails.told import TABLE, project, run

CODES = "GR006,GR007,GR009,GR018,GR091,GR092,GR093"
HEAD = "from celery import shared_task\nfrom apps.a.services import rank\n\n\n"
OPTIONS = 'bind=True, autoretry_for=(Exception,), retry_kwargs={"max_retries": 3, "countdown": 10}'
BODY = "def rank_task(self, event_id):\n    return rank(event_id)\n"


def fixed(root: Path, files: dict[str, str], path: str = "apps/a/tasks.py") -> str:
    """A file after --fix, with which --fix has nothing left to do."""
    project(root, {"apps/__init__.py": "", "apps/a/__init__.py": "", "config/__init__.py": "", **files})
    run(root, "--select", CODES, "--fix")
    once = (root / path).read_bytes()
    again = run(root, "--select", CODES, "--fix")
    assert "0 findings corrected" in again.err
    assert (root / path).read_bytes() == once
    ast.parse(once)
    return once.decode()


@pytest.mark.parametrize(
    ("decorator", "after"),
    [
        ("@shared_task", '@shared_task(name="a.rank")'),
        ("@shared_task()", '@shared_task(name="a.rank")'),
        ("@shared_task(  )  # why", '@shared_task(name="a.rank"  )  # why'),
        (f"@shared_task({OPTIONS})", f'@shared_task(name="a.rank", {OPTIONS})'),
        ("@shared_task(\n    bind=True,\n)", '@shared_task(\n    name="a.rank",\n    bind=True,\n)'),
        (
            "@shared_task(  # (why\n    # bind\n    bind=True,  # é\n)",
            '@shared_task(  # (why\n    # bind\n    name="a.rank",\n    bind=True,  # é\n)',
        ),
        ("@shared_task (bind=True)", '@shared_task (name="a.rank", bind=True)'),
    ],
)
def test_a_missing_name_is_written(tmp_path: Path, decorator: str, after: str) -> None:
    assert fixed(tmp_path, {"apps/a/tasks.py": f"{HEAD}{decorator}\n{BODY}"}) == f"{HEAD}{after}\n{BODY}"
    assert "GR007" not in run(tmp_path).codes


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f'{HEAD}@shared_task(name="old.rank")\n{BODY}', id="another name, which messages may have"),
        pytest.param(f"{HEAD}@shared_task(name=NAME)\n{BODY}", id="a name that cannot be read"),
        pytest.param(f"{HEAD}@shared_task(**OPTIONS)\n{BODY}", id="options that may hold a name"),
        pytest.param(f"{HEAD}@shared_task(base)\n{BODY}", id="an argument by place"),
        pytest.param(f"{HEAD}@(shared_task)(bind=True)\n{BODY}", id="brackets around"),
    ],
)
def test_a_name_is_not_written_when_there_may_be_one(tmp_path: Path, source: str) -> None:
    assert fixed(tmp_path, {"apps/a/tasks.py": source}) == source


@pytest.mark.parametrize(
    "other",
    [
        "ROUTES = {'apps.a.tasks.rank_task': 'slow'}\n",
        "from apps.a.tasks import rank_task\n",
        "# sent as a.rank by the old importer\n",
    ],
)
def test_a_name_is_not_written_when_the_task_is_spoken_of(tmp_path: Path, other: str) -> None:
    source = f"{HEAD}@shared_task\n{BODY}"
    assert fixed(tmp_path, {"apps/a/tasks.py": source, "config/other.py": other}) == source


@pytest.mark.parametrize("decorator", ["@shared_task", '@shared_task(name="a.rank")'])
@pytest.mark.parametrize("body", ["if event_id:\n        rank(event_id)", "return other(event_id)"])
def test_what_is_no_thin_task_gets_no_name(tmp_path: Path, decorator: str, body: str) -> None:
    source = f"{HEAD}{decorator}\ndef job(event_id):\n    {body}\n"
    assert fixed(tmp_path, {"apps/a/tasks.py": source}) == source


def test_two_tasks_do_not_get_one_name(tmp_path: Path) -> None:
    source = f"{HEAD}@shared_task\n{BODY}\n\n@shared_task\n{BODY}"
    assert fixed(tmp_path, {"apps/a/tasks.py": source}) == source


def test_a_function_is_named_after_its_service(tmp_path: Path) -> None:
    source = f'{HEAD}@shared_task(name="a.rank")\n{BODY}'
    assert fixed(tmp_path, {"apps/a/tasks.py": source.replace("rank_task", "é_job")}) == source


def test_one_correction_opens_the_way_for_the_next(tmp_path: Path) -> None:
    after = f'{HEAD}@shared_task(name="a.rank")\n{BODY}'
    assert fixed(tmp_path, {"apps/a/tasks.py": f"{HEAD}@shared_task\n{BODY}".replace("rank_task", "job")}) == after


@pytest.mark.parametrize(
    "other",
    [
        "import apps.a.tasks as t\nt.job(1)\n",
        "def test_job():\n    'tells what job does'\n",
        "# rank_task is another one\n",
    ],
)
def test_a_function_that_is_spoken_of_keeps_its_name(tmp_path: Path, other: str) -> None:
    source = f'{HEAD}@shared_task(name="a.rank")\n{BODY}'.replace("rank_task", "job")
    after = fixed(tmp_path, {"apps/a/tasks.py": source, "apps/a/other.py": other})
    assert "def job(" in after


def test_the_task_itself_is_called_self(tmp_path: Path) -> None:
    source = f'{HEAD}@shared_task(name="a.rank", bind=True)\n{BODY}'
    assert fixed(tmp_path, {"apps/a/tasks.py": source.replace("self", "task:  object")}) == source.replace(
        "self", "self:  object"
    )


@pytest.mark.parametrize("body", ["    return rank(task, event_id)\n", "    self = 1\n    return rank(event_id)\n"])
def test_a_parameter_that_is_used_keeps_its_name(tmp_path: Path, body: str) -> None:
    source = f'{HEAD}@shared_task(name="a.rank", bind=True)\ndef rank_task(task, event_id):\n{body}'
    assert fixed(tmp_path, {"apps/a/tasks.py": source}) == source


def test_new_files_may_be_read_by_whoever_reads_new_files(tmp_path: Path) -> None:
    fixed(tmp_path, {"apps/a/deep/x.py": ""}, path="apps/a/deep/__init__.py")
    (tmp_path / "another.py").write_text("")
    modes = [(tmp_path / name).stat().st_mode for name in ("apps/a/deep/__init__.py", "another.py")]
    assert modes[0] == modes[1]


def test_a_write_that_fails_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    project(tmp_path, {"apps/a/x.py": ""}, table='[tool.guardrails]\nselect = ["GR018"]\n')
    monkeypatch.setattr(Path, "replace", refuse)
    result = run(tmp_path, "--fix")
    assert (result.code, result.out) == (2, "")
    assert "No space left on device" in result.err
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "celery.py",
        "manage.py",
        "pyproject.toml",
        "x.py",
    ]


def test_folders_become_packages(tmp_path: Path) -> None:
    assert fixed(tmp_path, {"apps/a/deep/deeper/x.py": ""}, path="apps/a/deep/deeper/__init__.py") == ""
    assert (tmp_path / "apps/a/deep/__init__.py").read_bytes() == b""


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("x = 1  # guardrails: allow GR016 because of the trial\n", "x = 1\n"),
        ("x = 1  # guardrails: allow GR016 because of the trial # why\n", "x = 1 # why\n"),
        ("if x:\n    # guardrails: allow GR016 because of the trial\n    y = 1\n", "if x:\n    y = 1\n"),
        ("# guardrails: allow GR016 because of the trial", ""),
        (
            "import celery  # guardrails: allow GR003, GR011 because of GR003, GR011\n",
            "import celery  # guardrails: allow GR011 because of GR003, GR011\n",
        ),
        (
            "from celery import shared_task  # guardrails: allow GR003, GR011, GR016 because of the trial\n",
            "from celery import shared_task  # guardrails: allow GR011 because of the trial\n",
        ),
    ],
)
def test_a_comment_that_allows_nothing_goes(tmp_path: Path, source: str, after: str) -> None:
    files = {"apps/__init__.py": "", "apps/a/__init__.py": "", "apps/a/x.py": source}
    project(tmp_path, files, table='[tool.guardrails]\nignore = ["GR001", "GR018"]\n')
    assert "corrected" in run(tmp_path, "--fix").err
    assert (tmp_path / "apps/a/x.py").read_text() == after


def test_everything_else_of_the_file_stays_as_it_was(tmp_path: Path) -> None:
    source = "\ufeff" + f"# é\t\n{HEAD}@shared_task(\n\tbind=True,\n)\n{BODY}x = '''\n'''   \n".replace("\n", "\r\n")
    project(tmp_path, {"apps/a/tasks.py": ""})
    (tmp_path / "apps/a/tasks.py").write_bytes(source.encode())
    (tmp_path / "apps/a/tasks.py").chmod(0o640)
    run(tmp_path, "--select", CODES, "--fix")
    after = source.replace("bind=True", 'name="a.rank",\r\n\tbind=True')
    assert (tmp_path / "apps/a/tasks.py").read_bytes() == after.encode()
    assert (tmp_path / "apps/a/tasks.py").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in (tmp_path / "apps/a").iterdir() if path.name.startswith(".")] == []


def test_a_file_of_another_encoding_keeps_it(tmp_path: Path) -> None:
    source = f"# coding: latin-1\n# é\n{HEAD}@shared_task\n{BODY}"
    project(tmp_path, {"apps/a/tasks.py": ""})
    (tmp_path / "apps/a/tasks.py").write_bytes(source.encode("latin-1"))
    run(tmp_path, "--select", CODES, "--fix")
    after = source.replace("@shared_task", '@shared_task(name="a.rank")')
    assert (tmp_path / "apps/a/tasks.py").read_bytes() == after.encode("latin-1")


def test_what_is_written_lies_beside_the_file_until_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def replace(self: Path, _target: Path) -> None:
        written.append(self)
        raise OSError("no more")

    project(tmp_path, {"apps/a/tasks.py": f"{HEAD}@shared_task\n{BODY}"})
    monkeypatch.setattr(Path, "replace", replace)
    assert run(tmp_path, "--select", "GR007", "--fix").code == 2
    (beside,) = written
    assert beside.parent == tmp_path / "apps/a"
    assert beside.name.startswith(".tasks.py.")
    assert not beside.exists()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    project(
        tmp_path,
        {"shared/tasks.py": f"{HEAD}@shared_task\n{BODY}", "apps/a/x.py": ""},
        TABLE + 'exclude = ["shared"]\n',
    )
    (tmp_path / "apps/a/tasks.py").symlink_to("../../shared/tasks.py")
    run(tmp_path, "--select", CODES, "--fix")
    assert (tmp_path / "apps/a/tasks.py").is_symlink()
    assert 'name="a.rank"' in (tmp_path / "shared/tasks.py").read_text()


def test_only_what_is_told_is_corrected(tmp_path: Path) -> None:
    plant(tmp_path, {"apps/b/x.py": ""})
    project(tmp_path, {"apps/a/x.py": ""}, table='[tool.guardrails]\nselect = ["GR018"]\n')
    run(tmp_path, "--fix", "apps/a")
    assert (tmp_path / "apps/a/__init__.py").exists()
    assert not (tmp_path / "apps/b/__init__.py").exists()
    run(tmp_path, "--baseline", "b.json", "--write-baseline")
    run(tmp_path, "--fix", "--baseline", "b.json")
    assert not (tmp_path / "apps/b/__init__.py").exists()


def test_of_two_alike_one_can_be_corrected(tmp_path: Path) -> None:
    comment = "  # guardrails: allow GR016 because of the trial\n"
    project(tmp_path, {"apps/a/x.py": f"x = 1{comment}"})
    run(tmp_path, "--baseline", "b.json", "--write-baseline")
    (tmp_path / "apps/a/x.py").write_text(f"x = 1{comment}y = 2{comment}")
    assert "1 finding corrected" in run(tmp_path, "--fix", "--baseline", "b.json").err
    assert (tmp_path / "apps/a/x.py").read_text() == f"x = 1{comment}y = 2\n"


def test_a_comment_goes_with_the_blanks_after_it(tmp_path: Path) -> None:
    project(tmp_path, {"apps/a/x.py": ""})
    (tmp_path / "apps/a/x.py").write_text("x = 1\n# guardrails: allow GR016 because of the trial  \n")
    run(tmp_path, "--fix")
    assert (tmp_path / "apps/a/x.py").read_text() == "x = 1\n"


def test_what_was_corrected_and_what_is_left_is_told(tmp_path: Path) -> None:
    files = {"apps/a/tasks.py": f"{HEAD}@shared_task\n{BODY}"}
    files["broken.py"] = "broken(:"
    project(tmp_path, files, table='[tool.guardrails]\nselect = ["GR007", "GR010"]\n')
    assert run(tmp_path).err == "guardrails: 2 findings (1 that --fix corrects), 4 files read\n"
    after = run(tmp_path, "--fix")
    assert (after.code, after.codes) == (1, ["GR010"])
    assert after.err == "guardrails: 1 finding corrected\nguardrails: 1 finding, 4 files read\n"
