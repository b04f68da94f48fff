"""Placar's own processes around a benchmark."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from tests.broker import Broker
from tests.processes import Processes


@contextmanager
def roles() -> Iterator[tuple[Processes, Broker]]:
    """Starts processes and controls the broker; ends and restores all. What the processes wrote is shown on failure."""
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker()
        processes = Processes(Path(directory))
        try:
            yield processes, broker
        except BaseException:
            processes.end_all()
            raise
        else:
            with redirect_stdout(io.StringIO()):
                processes.end_all()
        finally:
            broker.restore()
