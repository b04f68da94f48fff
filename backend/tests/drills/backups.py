"""The two forms of a backup, each taken and restored by the commands of docs/runbook/restore.md."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from django.db import connection

from tests.database import Database
from tests.drills.conftest import Tell
from tests.drills.runbook import follow

POSTGRES = "postgres"  # the user that the server runs as, where the drill is run by root


class Backup(Protocol):
    """One form of a backup."""

    def prepare(self) -> None:
        """What a server needs before the first one is taken."""

    def take(self) -> None: ...
    def end(self) -> None:
        """The moment before the loss."""

    def restore(self) -> None:
        """Into an empty server, which runs; it runs again afterwards."""


class Dump:
    """pg_dump."""

    def __init__(self, directory: Path, _database: Database, tell: Tell) -> None:
        self._directory, self._tell = directory, tell

    def prepare(self) -> None: ...

    def take(self) -> None:
        follow("restore", "Taking a dump", self._tell, variables={"BACKUP": str(self._directory)})
        self._tell(f"the dump has {size_of(self._directory / 'placar.dump')}")

    def end(self) -> None: ...

    def restore(self) -> None:
        follow("restore", "Restoring a dump", self._tell, variables={"BACKUP": str(self._directory)})


class BaseBackup:
    """pg_basebackup with archived write-ahead log."""

    def __init__(self, _directory: Path, database: Database, tell: Tell) -> None:
        self._database, self._tell = database, tell
        # Where the server's own user reaches it.
        home = Path(os.environ["PLACAR_SERVICES_DIR"])
        self._data = home / "database" / "data"
        self._places = {"BACKUP": str(home / "backup"), "ARCHIVE": str(home / "archive"), "PGDATA": str(self._data)}
        # The private server has one user, who may do everything.
        self._places["SUPERUSER_URL"] = os.environ["DATABASE_URL"]

    def prepare(self) -> None:
        for name in ("BACKUP", "ARCHIVE"):
            shutil.rmtree(self._places[name], ignore_errors=True)
            Path(self._places[name]).mkdir()
            if os.getuid() == 0:
                shutil.chown(self._places[name], POSTGRES, POSTGRES)
        follow("restore", "Taking a base backup", self._tell, variables=self._places)
        self._database.control("stop")
        self._database.control("start")

    def take(self) -> None:
        follow("restore", "Taking a base backup", self._tell, block=1, user=POSTGRES, variables=self._places)
        self._tell(f"the base backup has {size_of(Path(self._places['BACKUP']))}")

    def end(self) -> None:
        """The last segment is archived once it is full, or its time is over; what is written after that is lost."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_switch_wal()")

    def restore(self) -> None:
        self._database.control("stop")
        shutil.rmtree(self._data)
        self._data.mkdir(mode=0o700)
        if os.getuid() == 0:
            shutil.chown(self._data, POSTGRES, POSTGRES)
        follow("restore", "Restoring a base backup", self._tell, user=POSTGRES, variables=self._places)
        self._database.control("start")


FORMS: Mapping[str, Callable[[Path, Database, Tell], Backup]] = {"dump": Dump, "base-backup": BaseBackup}


def size_of(path: Path) -> str:
    """Of a file, or of all files of a directory."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 1e6:.0f} MB"
