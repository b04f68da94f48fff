"""What was sent to one's own webhooks, and sending it again."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.api.fields import read_query
from apps.events.api.pagination import NewestFirst
from apps.notifications.api.webhook_serializers import DeliveryQuery, DeliverySerializer
from apps.notifications.api.webhooks import asker, find_webhook
from apps.notifications.models import Delivery
from apps.notifications.services import redeliver_message
from apps.rest.openapi import problems

REDELIVERED = "asked for by the owner of the webhook"
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
    def post(self, request: Request, webhook_id: int, delivery_id: UUID) -> Response:
        """With the same `webhook-id`, and with what it says by now. Refused while it still waits, or is not active."""
        endpoint = find_webhook(request, webhook_id)
        delivery = Delivery.objects.filter(endpoint=endpoint, uuid=delivery_id).first()
        if delivery is None:
            raise Missing(f"there is no delivery {delivery_id}")
        redeliver_message(delivery.pk, by=asker(request), reason=REDELIVERED)
        found = Delivery.objects.select_related(*RELATED).prefetch_related("attempts").get(pk=delivery.pk)
        return Response(DeliverySerializer(found).data, status.HTTP_202_ACCEPTED)
