"""A schedule as data: what a file says of it, by name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from delivery.arguments import check_kwargs, check_task_name
from delivery.slots import Crontab

# Of a crontab, in the order in which people write them.
CRONTAB_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
STRICT = ConfigDict(extra="forbid", strict=True)


class CannotRead(Exception):
    """The file is not as it must be; the text says where and why."""


class IntervalDocument(BaseModel):
    """`{"every": 10, "period": "minutes"}`"""

    model_config = STRICT
    every: int = Field(ge=1, le=2_000_000_000)
    period: Literal["days", "hours", "minutes", "seconds"]


class SolarDocument(BaseModel):
    """`{"event": "sunset", "latitude": -23.55, "longitude": -46.63}`"""

    model_config = STRICT
    event: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ScheduleDocument(BaseModel):  # type: ignore[no-redef] # pydantic's plugin adds a name of its own, `kwargs`
    """One schedule of a file. What it does not say has the default."""

    model_config = STRICT
    name: str = Field(min_length=1, max_length=200)
    task: str
    kwargs: dict[str, Any] = {}
    enabled: bool = True
    description: str = ""
    missed: Literal["skip", "run_once", "run_all"] = "run_once"
    crontab: str | None = None
    timezone: str | None = None
    interval: IntervalDocument | None = None
    clocked: datetime | None = Field(default=None, strict=False)
    solar: SolarDocument | None = None
    one_off: bool = False
    start_time: datetime | None = Field(default=None, strict=False)
    expires: datetime | None = Field(default=None, strict=False)
    expire_seconds: int | None = Field(default=None, ge=0, le=2_000_000_000)

    @field_validator("task")
    @classmethod
    def _check_task(cls, task: str) -> str:
        check_task_name(task)
        return task

    @field_validator("kwargs")
    @classmethod
    def _check_kwargs(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        check_kwargs(kwargs)
        return kwargs

    @field_validator("crontab")
    @classmethod
    def _one_space(cls, crontab: str | None) -> str | None:
        return crontab and " ".join(crontab.split())

    @field_validator("clocked", "start_time", "expires")
    @classmethod
    def _check_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("must have a zone, as in 2026-11-27T09:00:00-03:00")
        return moment and moment.astimezone(UTC)

    @model_validator(mode="after")
    def _check_when(self) -> Self:
        kinds = [kind for kind in ("crontab", "interval", "clocked", "solar") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"one of crontab, interval, clocked and solar must be given, not {len(kinds)}")
        if (self.crontab is None) != (self.timezone is None):
            raise ValueError("crontab and timezone go together")
        if self.expires is not None and self.expire_seconds is not None:
            raise ValueError("only one of expires and expire_seconds can be given")
        if self.clocked is not None and not self.one_off:
            raise ValueError("clocked needs one_off: true")
        if self.crontab is not None:
            self.make_crontab()
        return self

    def make_crontab(self) -> Crontab:
        """The crontab. Raises ValueError."""
        fields = (self.crontab or "").split()
        if len(fields) != len(CRONTAB_FIELDS):
            raise ValueError(f"crontab {self.crontab!r}: must have five fields (minute hour day month weekday)")
        return Crontab(**dict(zip(CRONTAB_FIELDS, fields, strict=True)), timezone=self.timezone or "")

    def as_data(self) -> dict[str, Any]:
        """What a file holds: all but the defaults."""
        # Rows are shown as they are, also those that no file could hold: no warnings of their types.
        return self.model_dump(mode="json", exclude_defaults=True, warnings=False)


class ScheduleFile(BaseModel):
    """`{"schedules": [...]}`, each name once."""

    model_config = STRICT
    schedules: list[ScheduleDocument]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        seen: set[str] = set()
        for place, schedule in enumerate(self.schedules):
            if schedule.name in seen:
                raise ValueError(f"schedules[{place}].name: {schedule.name!r} is there twice")
            seen.add(schedule.name)
        return self


def read_documents(text: str) -> list[ScheduleDocument]:
    """The schedules of a file's text. Raises CannotRead with every place and reason."""
    try:
        return ScheduleFile.model_validate_json(text).schedules
    except ValidationError as error:
        raise CannotRead("\n".join(_reasons(error))) from error


def _reasons(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
        reason = problem["msg"].removeprefix("Value error, ")
        yield f"{place}: {reason}" if place else reason
