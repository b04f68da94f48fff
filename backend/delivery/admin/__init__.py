"""Delivery in the admin: what was asked for, what was given up, what operators hold and did, and schedules."""

from delivery.admin import acts, dead_letters, holds, outbox, replays, schedules

__all__ = ["acts", "dead_letters", "holds", "outbox", "replays", "schedules"]
