"""From an address to an engine whose commits are durable."""

import sqlite3
import time
from pathlib import Path
from typing import TypedDict, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consentinel.server.errors import StorageError

BUSY_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 5
_WRITES = "consentinel_write"
_NO_ADDRESS = "the address of the database must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
_WAL_RETRY_S = 0.01
_QUOTED = "with @ : / in the password as %40 %3A %2F"
# A log that a long export has let grow is cut to this.
_WAL_LIMIT_BYTES = 64 * 1024 * 1024


class _Pool(TypedDict):
    """How many connections there are at most, and how long one is waited for."""

    pool_size: int
    max_overflow: int
    pool_timeout: int


def make_engine(address: str, connections: int) -> Engine:
    """Return an engine for one of the two databases, of so many connections at most; nothing is opened yet.

    Raises StorageError for another address; what is wrong is not shown, there may be a password in it.
    """
    url = parse_address(address)
    pool: _Pool = {"pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_TIMEOUT_S}
    if sqlite_file(url) is not None:
        return _sqlite_engine(url, pool)
    return _postgresql_engine(url, pool)


def for_reading(engine: Engine) -> Engine:
    """Return the same engine, for transactions that see one state and change nothing."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine) -> Engine:
    """Return the same engine, for transactions that write: on SQLite they are alone from their start."""
    return engine.execution_options(**{_WRITES: True})


def parse_address(address: str) -> URL:
    """Return the parts of an address; raises StorageError as above."""
    try:
        url = sa.make_url(address)
    except (SQLAlchemyError, ValueError):
        raise StorageError(f"{_NO_ADDRESS}, {_QUOTED}") from None
    if url.drivername not in ("sqlite", "postgresql", "postgres") or not url.database:
        raise StorageError(_NO_ADDRESS)
    if url.drivername != "sqlite" and address.count("@") > 1:  # the rest of a password would be a host
        raise StorageError(f"{_NO_ADDRESS}, {_QUOTED}")
    if url.drivername == "sqlite" and (url.database == ":memory:" or url.query or url.host):
        raise StorageError(f"{_NO_ADDRESS}; a file is needed, by its plain path")
    return url


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite database, None for the other kind."""
    return Path(url.database or "") if url.drivername == "sqlite" else None


def _sqlite_engine(url: URL, pool: _Pool) -> Engine:
    # mode=rw: a wrong path is an error, and no new and empty database
    address = f"{Path(url.database or '').absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address,
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,  # sqlite3 would begin by itself, and too late
            check_same_thread=False,  # one thread at a time, but not always the same
        )

    engine = sa.create_engine(url, creator=connect, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set WAL with a sync at each commit (https://sqlite.org/pragma.html#pragma_synchronous)."""
    _use_wal(connection)
    for pragma in (
        f"journal_size_limit={_WAL_LIMIT_BYTES}",
        # 16 MB: the same pages of the indices are copied back less often, which is a tenth of a durable write
        "wal_autocheckpoint=4000",
        "synchronous=FULL",
        "fullfsync=ON",  # macOS: fsync(2) alone does not wait for the disk there
        "foreign_keys=ON",
        "secure_delete=ON",  # what was erased is overwritten
        "recursive_triggers=ON",  # or REPLACE would delete leaves past their triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set WAL; SQLite does not wait by itself for another connection that does so at this moment."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin, past SQLAlchemy, which takes ten times as long; raises sqlite3.Error."""
    writes = connection.get_execution_options().get(_WRITES, False)
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: URL, pool: _Pool) -> Engine:
    waits = {"connect_timeout": CONNECT_TIMEOUT_S, "keepalives_idle": 30, "tcp_user_timeout": 15_000}
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in waits.items() if name not in url.query},
        pool_pre_ping=True,  # after a restart of the database no request meets an old connection
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: psycopg.Connection, _record: object) -> None:
    """Set that a commit waits for the disk, whatever the server's default is, and how long locks may take.

    Also that each query is planned for its values: a plan that was kept from when a table was empty reads
    all of it later.
    """
    connection.execute(
        "SELECT set_config('lock_timeout', %s, false), "
        "set_config('plan_cache_mode', 'force_custom_plan', false), "
        "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
        "ELSE current_setting('synchronous_commit') END, false)",
        [f"{BUSY_TIMEOUT_MS}ms"],
    )
    connection.commit()
