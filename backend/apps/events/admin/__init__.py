"""The admin of events. It shows everything to staff and changes nothing but through the services."""

from django.contrib import admin

from apps.events.admin import entries, events, imports, rankings, scores

__all__ = ["entries", "events", "imports", "rankings", "scores"]

admin.site.site_header = admin.site.site_title = "Placar"
