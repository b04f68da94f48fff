"""Celery as its documentation begins: classic queue, early acknowledgement, `.delay()` on commit, results in django-db.

celery -A benchmarks.plain_celery worker
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Not the current application: that is Placar's, for the other benchmarks of a run.
app = Celery("plain", broker=os.environ["CELERY_BROKER_URL"], backend="django-db", set_as_current=False)
# Apart from Placar's own queues; all else is as it comes.
app.conf.update(task_default_queue="plain", task_track_started=True, result_extended=True)


@app.task(name="plain.run_bench_job")
def run_bench_job_task(job_id: int) -> int:
    from benchmarks.jobs import run_bench_job

    return run_bench_job(job_id)
