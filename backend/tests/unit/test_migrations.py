"""Migrations of a release only add: processes of the release before run on, beside them and after them.

What is taken away is taken away by a later release than the one that stopped using it: docs/runbook/upgrades.md.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from config.environment import BASE_DIR

# The last migration of each app from before this rule, when nothing was deployed.
BEFORE = {"delivery": 6, "events": 4, "notifications": 4, "rankings": 3}
# Migrations that take away what the release before them has already stopped using: "app.name", with the reason.
CONTRACTING: dict[str, str] = {}

TWO_STEPS = "do it in two releases: docs/runbook/upgrades.md#what-makes-that-so"


def mistakes(operation: Operation, before: Any = None) -> Iterator[str]:
    """What code that does not know of the operation would trip over; `before`: the field that it alters."""
    if isinstance(operation, migrations.AddField):
        yield from _new_field(operation.model_name, operation.name, operation.field)
    elif isinstance(operation, migrations.AlterField):
        if before is not None and before.null and not operation.field.null:
            yield f"{operation.model_name}.{operation.name} must have a value from now on: {TWO_STEPS}"
        if before is not None and type(before) is not type(operation.field):
            yield f"{operation.model_name}.{operation.name} is of another type: {TWO_STEPS}"
    elif isinstance(operation, migrations.AddConstraint):
        yield f"constraint {operation.constraint.name} on {operation.model_name}: old code may write what it refuses"
    elif isinstance(
        operation,
        migrations.RemoveField | migrations.RenameField | migrations.DeleteModel | migrations.RenameModel
        | migrations.AlterModelTable | migrations.AlterUniqueTogether,
    ):  # fmt: skip
        yield f"{type(operation).__name__}: {operation.describe()}: {TWO_STEPS}"


def _new_field(model: str, name: str, field: Any) -> Iterator[str]:
    """Django takes a `default` back from the column once the rows that are there have it: old code writes none."""
    if not (field.null or field.many_to_many or field.has_db_default()):
        yield f"{model}.{name}: old code writes rows without it: give it db_default, or null=True"
    if field.unique:
        yield f"{model}.{name} is unique: {TWO_STEPS}"


def _ours() -> Iterator[tuple[str, Operation, Any]]:
    """Each operation since BEFORE, with its migration's name and the field that it alters."""
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        module = __import__(migration.__module__, fromlist=["__file__"])
        is_ours = BASE_DIR in type(BASE_DIR)(str(module.__file__)).parents
        if is_ours and not name.startswith("0001_") and int(name[:4]) > BEFORE.get(app, 0):
            state = loader.project_state((app, name), at_end=False)
            for operation in migration.operations:
                yield f"{app}.{name}", operation, _altered(state, app, operation)


def _altered(state: ProjectState, app: str, operation: Operation) -> Any:
    if not isinstance(operation, migrations.AlterField):
        return None
    model = state.models.get((app, operation.model_name_lower))
    return model.fields.get(operation.name) if model else None


def test_every_migration_lets_the_release_before_run_on() -> None:
    found = [
        f"{name}: {mistake}"
        for name, operation, before in _ours()
        if name not in CONTRACTING
        for mistake in mistakes(operation, before)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("operation", "is_fine"),
    [
        (migrations.AddField("event", "hue", models.TextField(default="red")), False),
        (migrations.AddField("event", "hue", models.TextField(default="red", db_default="red")), True),
        (migrations.AddField("event", "hue", models.TextField(null=True)), True),
        (migrations.AddField("event", "hue", models.TextField(null=True, unique=True)), False),
        (migrations.RemoveField("event", "hue"), False),
        (migrations.RenameField("event", "hue", "colour"), False),
        (migrations.DeleteModel("event"), False),
        (migrations.AddIndex("event", models.Index(fields=["hue"], name="hue")), True),
        (migrations.CreateModel("colour", [("id", models.BigAutoField(primary_key=True))]), True),
    ],
)
def test_the_rule_knows_what_old_code_trips_over(operation: Operation, is_fine: bool) -> None:
    assert (list(mistakes(operation)) == []) is is_fine


def test_a_field_that_alters_is_compared_with_what_it_was() -> None:
    required = migrations.AlterField("event", "hue", models.TextField())
    assert list(mistakes(required, models.TextField(null=True)))
    assert list(mistakes(required, models.IntegerField()))
    assert not list(mistakes(required, models.TextField(blank=True)))
