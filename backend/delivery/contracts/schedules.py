"""Whether what a file of schedules asks for is taken by a task."""

import inspect
from collections.abc import Iterator

from delivery.contracts.current import known_tasks
from delivery.contracts.document import Contracts
from delivery.schedule_document import ScheduleDocument


def refused_schedules(schedules: list[ScheduleDocument], contracts: Contracts) -> Iterator[str]:
    """A sentence for each schedule whose task is unknown or retired, or does not take its arguments."""
    tasks = known_tasks(with_celerys_own=True)
    for schedule in schedules:
        place = f"schedule {schedule.name}: task {schedule.task}"
        if schedule.task not in tasks:
            yield f"{place} is unknown to the workers: it would end as a dead letter each time."
            continue
        gone = {schedule.task, *(f"{schedule.task}.{argument}" for argument in schedule.kwargs)} & set(
            contracts.retired
        )
        for name in sorted(gone):
            yield f"{place}: {name} is retired, so nothing may ask for it."
        try:
            inspect.signature(tasks[schedule.task].run).bind(**schedule.kwargs)
        except TypeError as error:
            yield f"{place} does not take its kwargs: {error}."
