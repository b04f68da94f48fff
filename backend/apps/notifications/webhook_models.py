"""Where webhooks go. Others import this from .models."""

from django.conf import settings
from django.db import models


class WebhookEndpoint(models.Model):
    """An address of somebody's program that is told what its owner is told."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(default=list, blank=True, help_text="the kinds that are sent; empty: all")
    lane = models.OneToOneField("notifications.Lane", on_delete=models.PROTECT, related_name="endpoint")
    secret = models.CharField(max_length=100, help_text="whsec_ and base64, as Standard Webhooks has it")
    old_secret = models.CharField(max_length=100, blank=True, help_text="signs as well until it expires")
    old_secret_expires_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    inactive_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False, help_text="its deliveries stay on record")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url
