"""The channels that send: a module for each, and one line here. The inbox needs none: it is the notifications' rows."""

from apps.notifications.channels import email, webhook
from apps.notifications.channels.base import Channel

INBOX = "inbox"
CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (email.CHANNEL, webhook.CHANNEL)}
