"""The admin of notifications: who was told what, and why or why not."""

from apps.notifications.admin.announcements import AnnouncementAdmin as AnnouncementAdmin
from apps.notifications.admin.deliveries import DeliveryAdmin as DeliveryAdmin
from apps.notifications.admin.deliveries import LaneAdmin as LaneAdmin
from apps.notifications.admin.notifications import NotificationAdmin as NotificationAdmin
from apps.notifications.admin.recipients import PreferenceAdmin as PreferenceAdmin
from apps.notifications.admin.recipients import RecipientSettingsAdmin as RecipientSettingsAdmin
from apps.notifications.admin.suppressed_addresses import SuppressedAddressAdmin as SuppressedAddressAdmin
from apps.notifications.admin.webhooks import WebhookEndpointAdmin as WebhookEndpointAdmin
