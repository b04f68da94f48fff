"""The result backend: django-db, with one statement for each state, and patient with the database."""

import logging
import os
import threading
from datetime import timedelta
from typing import Any

from billiard.process import current_process
from celery import states
from django.db import InterfaceError, OperationalError, connection
from django_celery_results.backends import DatabaseBackend

from delivery.lock_waits import bound_lock_waits
from delivery.messages import FROM_OUTBOX
from delivery.result_rows import Start, write_start, write_state
from delivery.retention import remove_finished
from delivery.storable import storable

logger = logging.getLogger(__name__)

MAIN_PROCESS = "MainProcess"


class AlreadySucceeded(Exception):
    """Another run of the same task was quicker, and its effects are committed."""


class ResultBackend(DatabaseBackend):  # type: ignore[misc] # of a package without types
    """In place of django-db's own class, which takes up to seven statements and two transactions for each task.

    A task that writes its success in the transaction of its effects calls `store_success` there; what Celery stores
    afterwards is then passed over.
    """

    def note_start(self, task_id: str, request: Any) -> Start:
        """Note that the task runs; waits for a database that is away."""
        fields = self._fields(
            task_id, {"pid": os.getpid(), "hostname": request.hostname}, states.STARTED, None, request
        )
        is_from_outbox = bool(request.get(FROM_OUTBOX))
        start: Start = self._ensure_retryable(write_start, fields, is_from_outbox=is_from_outbox)
        return start

    def store_success(self, value: Any, request: Any) -> None:
        """Write the task's success within the caller's transaction. Raises AlreadySucceeded."""
        if not write_state(
            self._fields(request.id, self.encode_result(value, states.SUCCESS), states.SUCCESS, None, request)
        ):
            raise AlreadySucceeded(request.id)
        request.is_success_stored = True

    def _store_result(
        self, task_id: str, result: Any, status: str, traceback: Any = None, request: Any = None, using: Any = None
    ) -> Any:
        if status != states.SUCCESS or not getattr(request, "is_success_stored", False):
            if _consumes():
                bound_lock_waits()
            write_state(self._fields(task_id, result, status, traceback, request))
        return result

    def cleanup(self) -> None:
        """Called by Celery's own task celery.backend_cleanup: remove what is older than CELERY_RESULT_EXPIRES."""
        if self.expires:
            removed = remove_finished(timedelta(seconds=self.expires))
            logger.info("removed: %s", ", ".join(f"{count} {kind}" for kind, count in removed.items()))

    def exception_safe_to_retry(self, exc: Exception) -> bool:
        """Whether the statement may be tried again on a new connection, without end.

        It is the first of a task's statements that notes the start, so this is also how a worker finds out that its
        connection is dead. Who consumes must not wait, or it would miss its heartbeats: that is the main process of a
        worker, of which only the threads that run tasks in the embedded mode may.
        """
        is_away = isinstance(exc, (OperationalError, InterfaceError)) and not connection.in_atomic_block
        if is_away:
            connection.close()
        return is_away and not _consumes()

    def _fields(self, task_id: str, result: Any, status: str, traceback: Any, request: Any) -> dict[str, Any]:
        content_type, content_encoding, encoded = self.encode_content(result)
        meta = {**self._get_meta_from_request(request), "children": self.current_task_children(request)}
        return {
            **self._get_extended_properties(request, traceback),
            "task_id": task_id,
            "status": status,
            "content_type": content_type,
            "content_encoding": content_encoding,
            "result": encoded,
            "traceback": storable(traceback),
            "meta": self.encode_content(meta)[2],
        }


def _consumes() -> bool:
    return current_process().name == MAIN_PROCESS and threading.current_thread() is threading.main_thread()
