"""A token for a username and a password."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.errors import TooLarge
from apps.rest.openapi import problems
from apps.rest.parsers import JSONBodyParser
from apps.security.audit import note
from apps.security.models import SecurityEvent

# Nobody is known here, so nobody's long body is read.
MOST_BYTES = 64 * 1024


class TokenSerializer(serializers.Serializer[dict[str, str]]):
    """What to send as `Authorization: Token ...`."""

    token = serializers.CharField()


class TokenView(ObtainAuthToken):
    """Tokens."""

    authentication_classes = ()  # who comes with an expired token must be able to get another
    parser_classes = (JSONBodyParser, FormParser)

    @extend_schema(
        tags=["token"],
        summary="Get a token",
        operation_id="token_create",
        request=AuthTokenSerializer,
        responses={200: TokenSerializer, **problems(422)},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The user's token, to be sent as `Authorization: Token ...`; always the same one.

        Who fails too often is answered 429, and has to wait.
        """
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge(f"The body has more than {MOST_BYTES} bytes.")
        response: Response = super().post(request, *args, **kwargs)
        note(SecurityEvent.Kind.TOKEN_MADE, user=Token.objects.get(key=response.data["token"]).user, request=request)
        return response
