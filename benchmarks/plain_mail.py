"""Telling people by Celery as it is usually done: a task for each of them. `celery -A benchmarks.plain_mail worker`

The task loads the person, makes the message by the same code and the same templates, sends it by Django's send_mail,
and saves a row that says so.
"""

from django.core.mail import send_mail

import benchmarks.worker_notes as worker_notes  # (notes what its children take)
from benchmarks.plain_celery import app

__all__ = ["app", "worker_notes"]


@app.task(name="plain.send_result")
def send_result_task(announcement_id: int, user_id: int) -> None:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.utils import timezone

    from apps.notifications.messages import make_messages
    from apps.notifications.models import Announcement, Notification

    user = User.objects.get(pk=user_id)
    announcement = Announcement.objects.select_related("event", "ranking").get(pk=announcement_id)
    told = Notification(announcement=announcement, recipient=user, role=Notification.Role.PARTICIPANT)
    (message,) = make_messages([told])
    send_mail(
        message.title,
        message.letter(),
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
        html_message=message.html(),
    )
    told.read_at = timezone.now()  # stands for the moment of sending
    told.save()
