"""When a season's standings are told: once they differ from the last that were told, to those for whom they do."""

from typing import Any

from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement
from apps.rankings.models import Season

KIND = Announcement.Kind.STANDINGS_UPDATED


def announce_standings(season: Season) -> dict[str, Any]:
    """Tell whose rank or total is another one than in the last standings that were told; all of them the first time.

    The caller has locked the season. Standings without anybody in them are passed over: while the only event of a
    season is taken back there is nothing to tell, and once it is back only what differs from before.
    """
    current = season.current_standings
    if current is None or not current.row_count:
        return {"told": 0, "skipped": "there are no standings"}
    last = Announcement.objects.filter(season=season, kind=KIND).select_related("standings").order_by("-pk").first()
    if last is not None and last.standings_id == current.pk:
        return {"told": announce(last)}
    announcement = Announcement.objects.create(
        kind=KIND,
        key=f"standings:{current.pk}",
        season=season,
        standings=current,
        standings_before=last.standings if last else None,
    )
    return {"told": announce(announcement)}
