"""The addresses of the inbox and of webhooks, below /api/v1/. None ends with a slash."""

from django.urls import path

from apps.notifications.api.inbox import AllNotificationsRead, NotificationList, NotificationRead, UnreadCount
from apps.notifications.api.preview import NotificationPreview
from apps.notifications.api.settings import NotificationSettings
from apps.notifications.api.webhooks import (
    WebhookDeliveryList,
    WebhookDetail,
    WebhookList,
    WebhookRedelivery,
    WebhookRotation,
)

WEBHOOK = "webhooks/<int:webhook_id>"

urlpatterns = [
    path("events/<slug:slug>/notifications/preview", NotificationPreview.as_view(), name="notification-preview"),
    path("notifications", NotificationList.as_view(), name="notifications"),
    path("notifications/unread-count", UnreadCount.as_view(), name="unread-count"),
    path("notifications/settings", NotificationSettings.as_view(), name="notification-settings"),
    path("notifications/read-all", AllNotificationsRead.as_view(), name="read-all"),
    path("notifications/<int:notification_id>/read", NotificationRead.as_view(), name="read-notification"),
    path("webhooks", WebhookList.as_view(), name="webhooks"),
    path(WEBHOOK, WebhookDetail.as_view(), name="webhook"),
    path(f"{WEBHOOK}/rotate-secret", WebhookRotation.as_view(), name="rotate-webhook-secret"),
    path(f"{WEBHOOK}/deliveries", WebhookDeliveryList.as_view(), name="webhook-deliveries"),
    path(f"{WEBHOOK}/deliveries/<uuid:delivery_id>/redeliver", WebhookRedelivery.as_view(), name="redeliver-webhook"),
]
