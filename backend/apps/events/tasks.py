"""The tasks of events: each calls the service of its name."""

from celery import shared_task

from apps.events.services import generate_event_ranking, import_scores


@shared_task(
    bind=True,
    name="events.generate_event_ranking",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def generate_event_ranking_task(self: object, event_id: int) -> dict[str, object]:
    return generate_event_ranking(event_id)


@shared_task(
    bind=True,
    name="events.import_scores",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": 10},
)
def import_scores_task(self: object, batch_id: int) -> dict[str, object]:
    return import_scores(batch_id)
