"""Threads without which their process is of no use."""

import logging
import os
import signal
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


def start_thread(name: str, run: Callable[[], None]) -> threading.Thread:
    """If it dies, the process ends and is started again."""

    def guarded() -> None:
        try:
            run()
        except Exception:
            logger.exception("%s died", name)
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
