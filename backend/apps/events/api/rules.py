"""The schema of rules, for who writes them."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.rules import rules_schema


class RulesSchema(APIView):
    """The JSON Schema of an event's rules."""

    @extend_schema(
        tags=["events"],
        summary="Read the JSON Schema of rules",
        operation_id="rules_schema",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, _request: Request) -> Response:
        """For editors and for programs that write rules. What must fit together beyond it is checked on use."""
        return Response(rules_schema())
