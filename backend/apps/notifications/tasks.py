"""The tasks of notifications: each calls the service of its name."""

from celery import shared_task

from apps.notifications.services import (
    announce_dead_letters,
    announce_event_correction,
    announce_event_ranking,
    announce_import,
    announce_openings,
    announce_season_standings,
    announce_status_change,
    deliver_messages,
    sweep_deliveries,
)


@shared_task(
    bind=True,
    name="notifications.announce_event_ranking",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_event_ranking_task(self: object, ranking_id: int) -> dict[str, object]:
    return announce_event_ranking(ranking_id)


@shared_task(
    bind=True,
    name="notifications.announce_event_correction",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_event_correction_task(self: object, ranking_id: int) -> dict[str, object]:
    return announce_event_correction(ranking_id)


@shared_task(
    bind=True,
    name="notifications.announce_status_change",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_status_change_task(self: object, correction_id: int) -> dict[str, object]:
    return announce_status_change(correction_id)


@shared_task(
    bind=True,
    name="notifications.announce_season_standings",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_season_standings_task(self: object, standings_id: int) -> dict[str, object]:
    return announce_season_standings(standings_id)


@shared_task(
    bind=True,
    name="notifications.announce_openings",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_openings_task(self: object) -> dict[str, object]:
    return announce_openings()


@shared_task(
    bind=True,
    name="notifications.announce_import",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_import_task(self: object, batch_id: int) -> dict[str, object]:
    return announce_import(batch_id)


@shared_task(
    bind=True,
    name="notifications.announce_dead_letters",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def announce_dead_letters_task(self: object) -> dict[str, object]:
    return announce_dead_letters()


@shared_task(
    bind=True,
    name="notifications.deliver_messages",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def deliver_messages_task(self: object, channel_id: str, run_id: int) -> dict[str, int]:
    return deliver_messages(channel_id, run_id=run_id)


@shared_task(
    bind=True,
    name="notifications.sweep_deliveries",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def sweep_deliveries_task(self: object) -> dict[str, int]:
    return sweep_deliveries()
