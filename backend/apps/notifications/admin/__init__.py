"""The admin of notifications: who was told what, and why or why not."""

from apps.notifications.admin.notifications import NotificationAdmin as NotificationAdmin
from apps.notifications.admin.suppressed_addresses import SuppressedAddressAdmin as SuppressedAddressAdmin
