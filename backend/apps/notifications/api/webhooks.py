"""One's own webhooks, as the API tells and changes them."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.api.fields import read_body, read_query
from apps.events.api.pagination import OldestFirst, PageQuery
from apps.notifications.api.webhook_serializers import (
    RotationInput,
    WebhookChanges,
    WebhookInput,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from apps.notifications.models import WebhookEndpoint
from apps.notifications.services import (
    change_webhook,
    delete_webhook,
    register_webhook,
    rotate_webhook_secret,
)
from apps.rest.openapi import problems
from apps.security.audit import note
from apps.security.models import SecurityEvent

NEW = {"url": "https://club.example/placar", "description": "our site", "kinds": ["results_published"]}


def asker(request: Request) -> User:
    """Who asks, and has an account."""
    assert isinstance(request.user, User)  # noqa: S101 (IsAuthenticated)
    return request.user


def own_webhooks(request: Request) -> QuerySet[WebhookEndpoint]:
    """The asker's endpoints."""
    return WebhookEndpoint.objects.filter(owner=asker(request), deleted_at=None).select_related("lane")


def find_webhook(request: Request, webhook_id: int) -> WebhookEndpoint:
    """An endpoint of the asker's. Raises Missing also for those of others."""
    endpoint = own_webhooks(request).filter(pk=webhook_id).first()
    if endpoint is None:
        raise Missing(f"there is no webhook {webhook_id}")
    return endpoint


def remember(kind: str, request: Request, webhook_id: int) -> None:
    """Who changed where a person's messages go, and what they are signed with. What staff do is in the admin's own log.

    In the transaction of the change, but where a service looks a host up first: no transaction may wait for that.
    """
    note(kind, user=asker(request), request=request, what=f"webhook {webhook_id}")


class WebhookList(ListAPIView[WebhookEndpoint]):
    """One's webhooks."""

    queryset = WebhookEndpoint.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = WebhookSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        read_query(PageQuery, self.request)
        return own_webhooks(self.request)

    @extend_schema(
        tags=["webhooks"],
        summary="List one's webhooks",
        parameters=[PageQuery],
        responses={200: WebhookSerializer(many=True), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        """One's own, without their secrets."""
        return self.list(request)

    @extend_schema(
        tags=["webhooks"],
        summary="Register a webhook",
        request=WebhookInput,
        responses={201: WebhookWithSecretSerializer, **problems(409, 422)},
        examples=[OpenApiExample("of one kind", value=NEW, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Its secret is in this answer and in no other; docs/webhooks.md says how to verify with it.

        The URL must begin with https:// and its host must be on the public internet.
        """
        endpoint = register_webhook(owner=asker(request), **read_body(WebhookInput, request))
        remember(SecurityEvent.Kind.WEBHOOK_MADE, request, endpoint.pk)
        return Response(WebhookWithSecretSerializer(endpoint).data, status.HTTP_201_CREATED)


class WebhookDetail(APIView):
    """One of one's webhooks."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["webhooks"], summary="Read a webhook", responses={200: WebhookSerializer})
    def get(self, request: Request, webhook_id: int) -> Response:
        """Whether it is active, why not, and since when it fails."""
        return Response(WebhookSerializer(find_webhook(request, webhook_id)).data)

    @extend_schema(
        tags=["webhooks"],
        summary="Change a webhook",
        request=WebhookChanges,
        responses={200: WebhookSerializer, **problems(422)},
    )
    def patch(self, request: Request, webhook_id: int) -> Response:
        """One that was made inactive is active again with `is_active`; what failed meanwhile can be redelivered."""
        endpoint = find_webhook(request, webhook_id)
        change_webhook(endpoint.pk, changes=read_body(WebhookChanges, request, partial=True))
        remember(SecurityEvent.Kind.WEBHOOK_CHANGED, request, endpoint.pk)
        return Response(WebhookSerializer(find_webhook(request, webhook_id)).data)

    @extend_schema(tags=["webhooks"], summary="Delete a webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Nothing is sent to it any more, not even what waits."""
        with transaction.atomic():
            delete_webhook(find_webhook(request, webhook_id).pk)
            remember(SecurityEvent.Kind.WEBHOOK_DELETED, request, webhook_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookRotation(APIView):
    """A new secret."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["webhooks"],
        summary="Rotate the secret of a webhook",
        operation_id="webhooks_rotate_secret",
        request=RotationInput,
        responses={200: WebhookWithSecretSerializer, **problems(422)},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """The new secret is in this answer and in no other. For a while the one before signs as well.

        Only these two are ever valid: a rotation within that while ends the older of them at once.
        """
        endpoint = find_webhook(request, webhook_id)
        hours = read_body(RotationInput, request)["keep_old_hours"]
        with transaction.atomic():
            rotated = rotate_webhook_secret(endpoint.pk, keep_old=timedelta(hours=hours))
            remember(SecurityEvent.Kind.SECRET_ROTATED, request, endpoint.pk)
        return Response(WebhookWithSecretSerializer(rotated).data)
