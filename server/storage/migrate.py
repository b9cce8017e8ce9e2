"""The schema and its versions: brought up to date at start, by as many processes at once as there are."""

import functools
import os
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from consentinel.scanner.packs.durable import sync_directory
from consentinel.server.errors import StorageError
from consentinel.server.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that nobody else uses as an advisory lock in our database.
_LOCK = 0x636F_6E73_656E_7431


def upgrade(database: Database, *, data: Path | None = None) -> tuple[str | None, str | None]:
    """Bring the schema up to date, all or nothing; of several processes one does it and the others wait.

    An SQLite file that is not there is made, for its owner alone. data: the folder that is made with it; no
    other is. Raises StorageError where the schema is newer than this program, and where the file cannot be
    made. Returns the schema's version before and after.
    """
    if database.file is not None:
        _make_file(database.file, data)
    with database.write() as connection:
        if not database.is_sqlite:  # there the writing transaction is the only one
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = schema_version(connection)
        if _is_behind(connection):
            command.upgrade(_config(connection), "head")
        return before, schema_version(connection)


def needs_upgrade(database: Database) -> bool:
    """Say whether `upgrade` has something to do; raises StorageError as it does."""
    with database.read() as connection:
        return _is_behind(connection)


def schema_version(connection: Connection) -> str | None:
    """Return the name of the schema's version, None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def _make_file(file: Path, data: Path | None) -> None:
    """Make an SQLite file where there is none.

    One that exists is never opened here: closing it would take away all locks that this process holds
    on it through its connections (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    try:
        if file.parent == data:
            data.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            sync_directory(file.parent)
    except FileNotFoundError as error:
        raise StorageError(
            f"{file.parent}: no such folder: make it, or name another database with CONSENTINEL_DATABASE"
        ) from error
    except OSError as error:
        raise StorageError(
            f"{file}: {error.strerror}: name a folder that can be written, with CONSENTINEL_DATA, or another "
            "database, with CONSENTINEL_DATABASE"
        ) from error


def _is_behind(connection: Connection) -> bool:
    found, versions = schema_version(connection), _versions()
    if found is not None and found not in versions:
        raise StorageError(
            f"the database has schema {found!r}, which this version of consentinel does not know: "
            "start the newer version that made it, or restore the backup from before"
        )
    return found != versions[0]


@functools.cache
def _versions() -> tuple[str, ...]:
    """Return the schema's versions, the newest first. To read them takes many times longer than a query."""
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
