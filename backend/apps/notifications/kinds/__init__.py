"""The kinds of notifications: a module for each, and one line here."""

from apps.notifications.kinds import results_published
from apps.notifications.kinds.base import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (results_published.KIND,)}
