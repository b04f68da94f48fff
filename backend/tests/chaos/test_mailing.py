"""A road race of 26,410 people is published: each gets one e-mail, whatever happens to workers and mail server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.mailing import publish_under_fire
from tests.processes import Processes


@pytest.mark.django_db(transaction=True)
def test_each_of_a_large_race_gets_one_email(processes: Processes, tmp_path: Path, say: Callable[[str], None]) -> None:
    say("")
    publish_under_fire(processes, tmp_path, say, recipients=26_410, kills=5)
