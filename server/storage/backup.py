"""A copy of an SQLite database while it is in use."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from consentinel.scanner.errors import OutputError
from consentinel.scanner.packs.durable import sync_directory
from consentinel.server.errors import ServerError
from consentinel.server.storage.database import Database


def back_up(database: Database, target: Path) -> None:
    """Write what the database holds at this moment into a new file, for its owner alone; writers go on.

    The file is there only once it is whole and on the disk (https://sqlite.org/backup.html). Raises
    ServerError for PostgreSQL, OutputError where the file cannot be written, StorageError.
    """
    if not database.is_sqlite:
        raise ServerError("a PostgreSQL database is backed up by its own tools: use pg_dump or pg_basebackup")
    part = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise OutputError(f"{target}: exists: name a new file, an old backup is never overwritten")
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(database, part)
        part.rename(target)
        sync_directory(target.parent)
    except OSError as error:
        raise OutputError(
            f"{target}: {error.strerror or error}: name a file in a folder that has room"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy(database: Database, part: Path) -> None:
    """Copy what the database holds into a file and wait for the disk; raises OSError, StorageError."""
    with database.read() as connection:
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise ServerError("this is no SQLite connection")
        try:
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
        except sqlite3.Error as error:
            raise OSError(f"the copy failed ({error})") from error
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
