"""The addresses of the inbox, below /api/v1/. None ends with a slash."""

from django.urls import path

from apps.notifications.api import AllNotificationsRead, NotificationList, NotificationRead, UnreadCount
from apps.notifications.preview_api import NotificationPreview
from apps.notifications.settings_api import NotificationSettings

urlpatterns = [
    path("events/<slug:slug>/notifications/preview", NotificationPreview.as_view(), name="notification-preview"),
    path("notifications", NotificationList.as_view(), name="notifications"),
    path("notifications/unread-count", UnreadCount.as_view(), name="unread-count"),
    path("notifications/settings", NotificationSettings.as_view(), name="notification-settings"),
    path("notifications/read-all", AllNotificationsRead.as_view(), name="read-all"),
    path("notifications/<int:notification_id>/read", NotificationRead.as_view(), name="read-notification"),
]
