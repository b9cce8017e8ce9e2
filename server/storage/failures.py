"""What a database says when it fails, in one line that names what to do."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from consentinel.server.errors import StorageError, Unavailable

# Until somebody has made room, or has started the database again.
_LONG_S = 30
# By the first part of SQLite's names (https://sqlite.org/rescode.html): what is wrong, when to come back.
_SQLITE = {
    "SQLITE_BUSY": ("another program holds the database for too long", 2),
    "SQLITE_LOCKED": ("another connection holds the database for too long", 2),
    "SQLITE_FULL": ("the disk is full: make room", _LONG_S),
    "SQLITE_IOERR": ("the disk cannot be read or written: look at the system's log", _LONG_S),
    "SQLITE_READONLY": ("the database cannot be written: check the owner of its file and folder", _LONG_S),
    "SQLITE_CANTOPEN": (
        "the database {place} cannot be opened: check this file and its folder, name another with "
        "CONSENTINEL_DATA or CONSENTINEL_DATABASE, or make it with `consentinel db upgrade`",
        _LONG_S,
    ),
    "SQLITE_NOMEM": ("there is no memory left", _LONG_S),
    "SQLITE_PROTOCOL": ("too many programs use the database at once", 2),
}
# By SQLSTATE or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL = {
    "08": ("the connection to the database is lost", 2),
    "25006": ("the database is read-only: is this a standby?", _LONG_S),
    "25P03": ("the database ended a transaction that took too long", 2),
    "40": ("two transactions stood in each other's way", 1),
    "53100": ("the database's disk is full: make room", _LONG_S),
    "53300": ("the database has too many connections", 5),
    "53": ("the database has too few resources", _LONG_S),
    "55P03": ("another transaction holds the records for too long", 2),
    "57014": ("the database gave up a statement that took too long", 2),
    "57P": ("the database stops or starts", 5),
    "58": ("the database's disk cannot be read or written: look at its log", _LONG_S),
}
_LOST = (
    "the database cannot be reached, or it ended the connection: start it, or name another with "
    "CONSENTINEL_DATABASE",
    5,
)
# What PostgreSQL says, in English, before there is a connection that has a SQLSTATE.
_ABSENT = re.compile(r'FATAL: +(?P<kind>database|role) "(?P<name>.+)" does not exist')
_MAKER = {"database": "createdb", "role": "createuser"}


@contextmanager
def told(place: str) -> Iterator[None]:
    """Raise Unavailable for what may pass, StorageError for the rest, where a database fails in this block.

    place: where the database is. Their causes are left away where they could hold values of a record.
    """
    try:
        yield
    except PoolTimeoutError:
        raise Unavailable("all connections to the database are in use") from None
    except sqlite3.Error as error:  # where SQLAlchemy is passed by
        raise named(error, place=place) from None
    except DBAPIError as error:
        cause = error if isinstance(error, ProgrammingError) else None
        raise named(error.orig or error, place=place, invalidated=error.connection_invalidated) from cause


def named(error: BaseException, *, place: str, invalidated: bool = False) -> StorageError:
    """Return what to raise instead of a driver's error. invalidated: the connection cannot be used again."""
    passing = _passing(error, invalidated)
    if passing is not None:
        problem, retry_after_s = passing
        said = f"{problem.replace('{place}', place)} ({_first_line(error)})"
        return Unavailable(said, retry_after_s=retry_after_s)
    if getattr(error, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return StorageError("the file is no SQLite database, or is damaged: put your backup of it back")
    if "no such table" in str(error) or getattr(error, "sqlstate", "") == "42P01":
        return StorageError("the database has not all tables: run `consentinel db upgrade`")
    return StorageError(f"the database refused: {_first_line(error)}")


def _passing(error: BaseException, invalidated: bool) -> tuple[str, int] | None:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        return _SQLITE.get("_".join(name.split("_")[:2]))
    state = getattr(error, "sqlstate", None) or ""
    for known in (state, state[:3], state[:2]):
        if known in _POSTGRESQL:
            return _POSTGRESQL[known]
    if absent := _ABSENT.search(str(error)):
        kind, name = absent["kind"], absent["name"]
        return f"there is no {kind} {name!r} on this server: make it with `{_MAKER[kind]} {name}`", _LONG_S
    lost = invalidated or (not state and isinstance(error, psycopg.OperationalError))
    return _LOST if lost else None


def _first_line(error: BaseException) -> str:
    """Return the first line of what the driver says; what may follow holds values of a row."""
    return str(error).strip().partition("\n")[0]
