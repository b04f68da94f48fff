"""The admin of events. It shows everything to staff and changes nothing but through the services."""

from django.contrib import admin

from apps.events.admin import corrections, entries, events, imports, participants, rankings, scores

__all__ = ["corrections", "entries", "events", "imports", "participants", "rankings", "scores"]

admin.site.site_header = admin.site.site_title = "Placar"
