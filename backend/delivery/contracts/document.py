"""The file of message contracts: what the code promises to messages that are under way, and what is on its way out."""

import json
from datetime import date
from pathlib import Path

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

STRICT = ConfigDict(extra="forbid")
# What is said of a column beside its type.
NULL, DATABASE_DEFAULT = "null", "database default"


class CannotReadContracts(Exception):
    """The file is missing or not as it must be; the text says where and why."""


class TaskContract(BaseModel):
    """How a task may be asked for: the queue, and its arguments with the types that they take ("int | None")."""

    model_config = STRICT
    queue: str
    arguments: dict[str, str] = {}  # that every message must have
    optional: dict[str, str] = {}  # that have a default

    @property
    def taken(self) -> dict[str, str]:
        """All arguments, needed or not."""
        return self.arguments | self.optional


class MessageForm(BaseModel):
    """What stands around the arguments, which workers of the release before and after have to read."""

    model_config = STRICT
    content_type: str
    content_encoding: str
    body: list[str] = Field(description="the parts of the body; of the last one its keys")
    headers: list[str]


class Retired(BaseModel):
    """Something that is not sent any more, and when the code that takes it may go."""

    model_config = STRICT
    since: date
    may_go: date
    reason: str = Field(min_length=1)


class Contracts(BaseModel):
    """The whole file. Keys of `retired`: a task, `task.argument`, `queue NAME`, or `table.column`.

    `tables` are those that processes of two releases share while one takes the place of the other: of each column its
    type and what else matters, as "CharField(200)", "TextField, null" or "TextField, database default".
    """

    model_config = STRICT
    tasks: dict[str, TaskContract]
    queues: list[str]
    message: MessageForm
    tables: dict[str, dict[str, str]]
    retired: dict[str, Retired] = {}


def contracts_file() -> Path:
    """Beside schedules.json: both say what a release expects of the deployment."""
    return Path(settings.BASE_DIR) / "message_contracts.json"


def read_contracts(file: Path) -> Contracts:
    """Raises CannotReadContracts."""
    try:
        return Contracts.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotReadContracts(f"{file} cannot be read: {error}") from error
    except ValidationError as error:
        places = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise CannotReadContracts("\n".join(f"{file}: {place}" for place in places)) from error


def write_contracts(contracts: Contracts, file: Path) -> None:
    """Without what is empty, so that a change of one task is a change of few lines."""
    data = contracts.model_dump(mode="json", exclude_defaults=True)
    file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
