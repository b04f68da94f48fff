"""The kinds of notifications: a module for each, and one line here."""

from apps.notifications.kinds import (
    dead_letters_waiting,
    event_opening,
    import_finished,
    ranking_failed,
    results_corrected,
    results_published,
    standings_updated,
    status_changed,
)
from apps.notifications.kinds.base import Kind

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (
        results_published,
        results_corrected,
        status_changed,
        standings_updated,
        event_opening,
        ranking_failed,
        import_finished,
        dead_letters_waiting,
    )
}
