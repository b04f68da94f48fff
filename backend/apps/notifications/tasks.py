"""The tasks of notifications: each calls the service of its name."""

from celery import shared_task

from apps.notifications.services import announce_event_ranking, deliver_messages, sweep_deliveries


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
