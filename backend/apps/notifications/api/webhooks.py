"""One's own webhooks, as the API tells and changes them."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
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
from apps.events.api.pagination import NewestFirst, OldestFirst, PageQuery
from apps.notifications.api.webhook_serializers import (
    DeliveryQuery,
    DeliverySerializer,
    RotationInput,
    WebhookChanges,
    WebhookInput,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from apps.notifications.models import Delivery, WebhookEndpoint
from apps.notifications.services import (
    change_webhook,
    delete_webhook,
    redeliver_message,
    register_webhook,
    rotate_webhook_secret,
)
from apps.rest.openapi import problems

NEW = {"url": "https://club.example/placar", "description": "our site", "kinds": ["results_published"]}
REDELIVERED = "asked for by the owner of the webhook"


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
        return Response(WebhookSerializer(find_webhook(request, webhook_id)).data)

    @extend_schema(tags=["webhooks"], summary="Delete a webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Nothing is sent to it any more, not even what waits."""
        delete_webhook(find_webhook(request, webhook_id).pk)
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
        return Response(
            WebhookWithSecretSerializer(rotate_webhook_secret(endpoint.pk, keep_old=timedelta(hours=hours))).data
        )


# Read with each delivery.
RELATED = ("notification__announcement",)


class WebhookDeliveryList(ListAPIView[Delivery]):
    """What was sent to a webhook."""

    queryset = Delivery.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = DeliverySerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Delivery]:
        endpoint = find_webhook(self.request, self.kwargs["webhook_id"])
        query = read_query(DeliveryQuery, self.request)
        deliveries = Delivery.objects.filter(endpoint=endpoint).select_related(*RELATED).prefetch_related("attempts")
        return deliveries.filter(state=query["state"]) if "state" in query else deliveries

    @extend_schema(
        tags=["webhooks"],
        summary="List the deliveries of a webhook",
        parameters=[DeliveryQuery],
        responses={200: DeliverySerializer(many=True), **problems(422)},
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """The newest first, each with its attempts and what was answered."""
        return self.list(request)


class WebhookRedelivery(APIView):
    """A delivery once more."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["webhooks"],
        summary="Send a delivery again",
        operation_id="webhooks_redeliver",
        request=None,
        responses={202: DeliverySerializer, **problems(409)},
    )
    def post(self, request: Request, webhook_id: int, delivery_id: Any) -> Response:
        """With the same `webhook-id`, and with what it says by now. Refused while it still waits, or is not active."""
        endpoint = find_webhook(request, webhook_id)
        delivery = Delivery.objects.filter(endpoint=endpoint, uuid=delivery_id).first()
        if delivery is None:
            raise Missing(f"there is no delivery {delivery_id}")
        redeliver_message(delivery.pk, by=asker(request), reason=REDELIVERED)
        found = Delivery.objects.select_related(*RELATED).prefetch_related("attempts").get(pk=delivery.pk)
        return Response(DeliverySerializer(found).data, status.HTTP_202_ACCEPTED)
