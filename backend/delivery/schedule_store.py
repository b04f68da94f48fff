"""Schedules moved as data: what a file wants, what the rows are, and who changed them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from delivery.models import ScheduleState
from delivery.schedule_document import CRONTAB_FIELDS, IntervalDocument, ScheduleDocument, SolarDocument

Data = dict[str, Any]
PLAIN_FIELDS = ("task", "description", "enabled", "one_off", "start_time", "expires", "expire_seconds")


@dataclass(frozen=True)
class Finding:
    """What a file and the rows say of one schedule.

    `missing`: only in the file. `outdated`: the row is as it was loaded, the file is newer. `changed`: an operator
    made or changed the row. `gone`: loaded once, and no longer in the file.
    """

    name: str
    verdict: Literal["missing", "outdated", "changed", "gone", "same"]
    differences: Sequence[str] = ()


def compare(documents: Sequence[ScheduleDocument]) -> list[Finding]:
    """What loading these would find. Changes nothing."""
    rows = _rows()
    findings = [_find(document, rows.get(document.name)) for document in documents]
    named = {document.name for document in documents}
    gone = [name for name, row in rows.items() if name not in named and _loaded(row) is not None]
    return findings + [Finding(name, "gone") for name in sorted(gone)]


def load(documents: Sequence[ScheduleDocument]) -> list[Finding]:
    """Write what is missing or outdated, all or nothing. What an operator made or changed stays as it is."""
    with transaction.atomic():
        # No beat and no operator comes in between.
        list(PeriodicTask.objects.select_for_update().order_by("pk").values_list("pk"))
        findings = compare(documents)
        for document, finding in zip(documents, findings, strict=False):
            if finding.verdict in ("missing", "outdated"):
                _write(document)
            elif finding.verdict == "same":
                # From now on it follows the file.
                _write_state(PeriodicTask.objects.get(name=document.name), document)
    return findings


def dump() -> list[Data]:
    """All schedules as a file holds them, by name."""
    return [_present(row) for _, row in sorted(_rows().items())]


def _rows() -> dict[str, Any]:
    rows = (
        PeriodicTask.objects.select_related("crontab", "interval", "clocked", "solar", "placar_state")
        # See firing: a zone that does not exist cannot be read as one.
        .annotate(zone_name=Cast("crontab__timezone", CharField()))
        .defer("crontab__timezone")
    )
    return {row.name: row for row in rows}


def _find(document: ScheduleDocument, row: Any) -> Finding:
    if row is None:
        return Finding(document.name, "missing")
    present, wanted = _present(row), document.as_data()
    if present == wanted:
        return Finding(document.name, "same")
    verdict: Literal["outdated", "changed"] = "outdated" if present == _loaded(row) else "changed"
    return Finding(document.name, verdict, list(_differences(present, wanted)))


def _differences(present: Data, wanted: Data) -> Iterator[str]:
    for field, description in ScheduleDocument.model_fields.items():
        here, there = (data.get(field, description.default) for data in (present, wanted))
        if here != there:
            yield f"{field}: {_text(here)} here, {_text(there)} in the file"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _loaded(row: Any) -> Data | None:
    loaded: Data | None = row.placar_state.loaded if hasattr(row, "placar_state") else None
    return loaded


def _present(row: Any) -> Data:
    """The row as a file would hold it, also where no file could."""
    plain = {field: getattr(row, field) for field in PLAIN_FIELDS}
    # Beat switches off a one-off schedule that has run; that is no operator's change.
    plain["enabled"] = row.enabled or (row.one_off and row.last_run_at is not None)
    document = ScheduleDocument.model_construct(
        name=row.name,
        kwargs=_kwargs(row.kwargs),
        missed=row.placar_state.missed if hasattr(row, "placar_state") else "run_once",
        **plain | _when(row),
    )
    return document.as_data()


def _kwargs(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def _when(row: Any) -> Data:
    when: Data = {}
    if row.crontab:
        when["crontab"] = " ".join(getattr(row.crontab, field).replace(" ", "") for field in CRONTAB_FIELDS)
        when["timezone"] = row.zone_name
    if row.interval:
        when["interval"] = IntervalDocument.model_construct(every=row.interval.every, period=row.interval.period)
    if row.clocked:
        when["clocked"] = _utc(row.clocked.clocked_time)
    if row.solar:
        latitude, longitude = float(row.solar.latitude), float(row.solar.longitude)
        when["solar"] = SolarDocument.model_construct(event=row.solar.event, latitude=latitude, longitude=longitude)
    return when | {field: _utc(getattr(row, field)) for field in ("start_time", "expires")}


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def _write(document: ScheduleDocument) -> None:
    row = PeriodicTask.objects.filter(name=document.name).first() or PeriodicTask(name=document.name)
    for field in PLAIN_FIELDS:
        setattr(row, field, getattr(document, field))
    row.kwargs = json.dumps(document.kwargs, ensure_ascii=False)
    row.crontab = row.interval = row.clocked = row.solar = None
    _set_when(row, document)
    row.save()
    _write_state(row, document)


def _set_when(row: Any, document: ScheduleDocument) -> None:
    if document.crontab is not None:
        fields = dict(zip(CRONTAB_FIELDS, document.crontab.split(), strict=True))
        row.crontab = _shared(CrontabSchedule, **fields, timezone=document.timezone)
    elif document.interval is not None:
        row.interval = _shared(IntervalSchedule, **document.interval.model_dump())
    elif document.clocked is not None:
        row.clocked = _shared(ClockedSchedule, clocked_time=document.clocked)
    elif document.solar is not None:
        row.solar = _shared(SolarSchedule, **document.solar.model_dump())


def _shared(model: Any, **fields: Any) -> Any:
    """A row that several schedules may share: so one that is there is used and none is ever changed."""
    return model.objects.filter(**fields).first() or model.objects.create(**fields)


def _write_state(row: Any, document: ScheduleDocument) -> None:
    defaults = {"missed": document.missed, "loaded": document.as_data()}
    ScheduleState.objects.update_or_create(schedule=row, defaults=defaults)
