"""One's own inbox, as the API tells it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Missing
from apps.events.api.fields import read_query
from apps.events.api.pagination import NewestFirst, PageQuery
from apps.notifications.messages import ANNOUNCED, make_messages
from apps.notifications.models import Announcement, Notification
from apps.notifications.services import mark_all_notifications_read, mark_notification_read
from apps.rest.openapi import problems


class NotificationQuery(PageQuery):
    unread = serializers.BooleanField(default=False, help_text="only those not read yet")


class NotificationSerializer(serializers.Serializer[Any]):
    """A notification with its text as of now."""

    id = serializers.IntegerField(source="notification.pk")
    kind = serializers.ChoiceField(source="notification.announcement.kind", choices=Announcement.Kind.choices)
    title = serializers.CharField(help_text="in the recipient's language, as is the text")
    text = serializers.CharField()
    url = serializers.CharField(help_text="the page to look at")
    details = serializers.DictField(source="facts.data", help_text="what it says, for programs; see docs/webhooks.md")
    is_withheld = serializers.BooleanField(help_text="true once what it told does not hold any more")
    created_at = serializers.DateTimeField(source="notification.created_at")
    read_at = serializers.DateTimeField(source="notification.read_at", allow_null=True)


class InboxPage(NewestFirst):
    """Makes the messages of a page together."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        return make_messages(super().paginate_queryset(queryset, request, view) or [])


def inbox(request: Request) -> QuerySet[Notification]:
    """The user's own notifications."""
    assert request.user.pk is not None  # noqa: S101 (IsAuthenticated)
    return Notification.objects.filter(recipient=request.user.pk, in_inbox=True)


class NotificationList(ListAPIView[Notification]):
    """The inbox."""

    queryset = Notification.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = NotificationSerializer
    pagination_class = InboxPage

    def get_queryset(self) -> QuerySet[Notification]:
        query = read_query(NotificationQuery, self.request)
        notifications = inbox(self.request).select_related(*(f"announcement__{name}" for name in ANNOUNCED))
        return notifications.filter(read_at__isnull=True) if query["unread"] else notifications

    @extend_schema(
        tags=["notifications"],
        summary="Read one's inbox",
        parameters=[NotificationQuery],
        responses={200: NotificationSerializer(many=True), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        """One's own notifications, the newest first."""
        return self.list(request)


class UnreadCount(APIView):
    """How many are unread."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["notifications"],
        summary="Count one's unread notifications",
        responses={200: inline_serializer("UnreadCount", {"unread": serializers.IntegerField()})},
    )
    def get(self, request: Request) -> Response:
        """A number to show beside the inbox."""
        return Response({"unread": inbox(request).filter(read_at__isnull=True).count()})


class NotificationRead(APIView):
    """Marks one as read."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["notifications"], summary="Mark a notification as read", request=None, responses={204: None})
    def post(self, request: Request, notification_id: int) -> Response:
        """Once read it stays read."""
        if not inbox(request).filter(pk=notification_id).exists():
            raise Missing(f"there is no notification {notification_id}")
        mark_notification_read(notification_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AllNotificationsRead(APIView):
    """Marks all as read."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["notifications"],
        summary="Mark all notifications as read",
        request=None,
        responses={200: inline_serializer("MarkedRead", {"marked": serializers.IntegerField()})},
    )
    def post(self, request: Request) -> Response:
        """Tells how many were unread."""
        assert request.user.pk is not None  # noqa: S101 (IsAuthenticated)
        return Response({"marked": mark_all_notifications_read(request.user.pk)})
