"""The rules. A new one is a new file here and a line in RULES."""

from guardrails.rule import Rule
from guardrails.rules import (
    celery_in_apps,
    enqueued_names,
    given_tree,
    package_marker,
    readable_source,
    schedule_code,
    schedule_rows,
    schedule_settings,
    sends,
    task_arguments,
    task_convention,
    task_function_name,
    task_module,
    task_name,
    task_place,
    tasks_imported,
    thin_task,
    unique_task_name,
)

RULES: tuple[Rule, ...] = (
    given_tree.RULE,
    readable_source.RULE,
    task_place.RULE,
    task_module.RULE,
    thin_task.RULE,
    task_function_name.RULE,
    task_name.RULE,
    unique_task_name.RULE,
    task_arguments.RULE,
    task_convention.RULE,
    celery_in_apps.RULE,
    tasks_imported.RULE,
    schedule_settings.RULE,
    schedule_code.RULE,
    schedule_rows.RULE,
    sends.RULE,
    enqueued_names.RULE,
    package_marker.RULE,
)
