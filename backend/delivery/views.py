"""What the API tells of tasks."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from delivery.ledger import UnknownTask, task_state


class TaskStateSerializer(serializers.Serializer[object]):
    """See delivery.ledger.TaskState."""

    task_id = serializers.UUIDField()
    name = serializers.CharField(help_text="domain.action")
    state = serializers.ChoiceField(choices=["waiting", "sent", "running", "succeeded", "failed"])
    # Null as well: any JSON is. Said once more the schema would contradict itself.
    result = serializers.JSONField(help_text="what the task returned, once it succeeded")
    reason = serializers.CharField(allow_null=True, help_text="why it waits, or why the last try failed")
    correlation_id = serializers.CharField(
        allow_blank=True, help_text="the X-Request-ID of the request that it goes back to"
    )
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class TaskView(APIView):
    """One task."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="tasks_retrieve",
        summary="What became of a task",
        responses={200: TaskStateSerializer},
        tags=["tasks"],
    )
    def get(self, _request: Request, task_id: uuid.UUID) -> Response:
        """The state of a task by the id that a request got with its 202."""
        try:
            state = task_state(task_id)
        except UnknownTask as error:
            raise NotFound(f"no task {task_id} was ever asked for") from error
        return Response(TaskStateSerializer(state).data)
