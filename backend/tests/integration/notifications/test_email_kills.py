"""The small form of tests/chaos/test_mailing.py: each gets one e-mail, though the worker is killed."""

from pathlib import Path

import pytest

from tests.chaos.mailing import publish_under_fire
from tests.processes import Processes


@pytest.mark.django_db(transaction=True)
def test_each_gets_one_email_though_the_worker_is_killed(processes: Processes, tmp_path: Path) -> None:
    publish_under_fire(processes, tmp_path, print, recipients=1000, kills=2)
