"""The tasks of rankings: each calls the service of its name."""

from celery import shared_task

from apps.rankings.services import refresh_season_standings, refresh_standings


@shared_task(
    bind=True,
    name="rankings.refresh_season_standings",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def refresh_season_standings_task(self: object, event_id: int) -> dict[str, object]:
    return refresh_season_standings(event_id)


@shared_task(
    bind=True,
    name="rankings.refresh_standings",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def refresh_standings_task(self: object, season_id: int) -> dict[str, object]:
    return refresh_standings(season_id)
