"""What every operation of the API has in common, for its OpenAPI description."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiResponse
from rest_framework import serializers

from apps.problems import CONTENT_TYPE


class MistakeSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    place = serializers.CharField(help_text="the field or parameter, as in `scores[3].value`")
    reason = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField(help_text="the status in words")
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    correlation_id = serializers.CharField(required=False, help_text="of a 500: by it the reason is found in the log")
    # Django REST framework has a property of this name for another purpose; declared fields never reach it.
    errors = MistakeSerializer(many=True, required=False, help_text="what is wrong where")  # type: ignore[assignment]


DESCRIPTIONS = {
    HTTPStatus.BAD_REQUEST: "The body is not what its content type says.",
    HTTPStatus.UNAUTHORIZED: "No or wrong credentials.",
    HTTPStatus.FORBIDDEN: "Not allowed to this user.",
    HTTPStatus.NOT_FOUND: "What is named does not exist, or not for this user.",
    HTTPStatus.CONFLICT: "Not possible in the present state.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body's content type is not read here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A value is not valid.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too often; Retry-After says for how many seconds.",
}
# What a conditional request for something unchanged is answered.
UNCHANGED = {304: OpenApiResponse(description="Nothing has changed since the answer with that ETag.")}
OF_ANY_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The problem responses of an operation, to stand beside its good ones in `extend_schema(responses=...)`."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=DESCRIPTIONS[HTTPStatus(status)])
        for status in statuses
    }


class OperationSchema(AutoSchema):
    """Adds the problems that follow from what an operation is, so that each view names only its own."""

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for (status, media_type), response in problems(*self._common_statuses()).items():
            if str(status) not in bodies:
                body = self._get_response_for_code(response, str(status), [media_type], direction)  # type: ignore[no-untyped-call]
                bodies[str(status)] = body
        for code, body in bodies.items():
            body["description"] = body["description"] or HTTPStatus(int(code)).phrase
        return dict(sorted(bodies.items()))

    def _common_statuses(self) -> Iterator[int]:
        if self.view.get_authenticators():
            yield HTTPStatus.UNAUTHORIZED
        yield HTTPStatus.TOO_MANY_REQUESTS
        if "{" in self.path:
            yield HTTPStatus.NOT_FOUND
        if self.method in ("POST", "PUT", "PATCH"):
            yield from OF_ANY_BODY
