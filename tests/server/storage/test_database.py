"""Transactions: what they see, what they leave, and how they are used from an event loop."""

import asyncio
import contextvars
import threading
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.errors import StorageError, Unavailable
from consentinel.server.storage import database as module
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import facts

LATER = contextvars.ContextVar("LATER", default="")


def put(connection: Connection, name: str, value: str = "") -> None:
    connection.execute(facts.insert().values(name=name, value=value))


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(sa.select(facts.c.name).order_by(facts.c.name)))


def test_what_was_written_is_there(database: Database) -> None:
    with database.write() as connection:
        put(connection, "a")
    with database.read() as connection:
        assert names(connection) == ["a"]


def test_an_error_in_the_block_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            put(connection, "a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as connection:
        assert names(connection) == []


def test_a_reader_sees_one_state_and_hinders_no_writer(database: Database) -> None:
    with database.read() as reading:
        assert names(reading) == []
        with database.write() as connection:
            put(connection, "a")
        assert names(reading) == []
    with database.read() as reading:
        assert names(reading) == ["a"]


def test_postgresql_lets_a_reader_write_nothing(postgresql_database: Database) -> None:
    with pytest.raises(StorageError), postgresql_database.read() as connection:
        put(connection, "a")


def test_on_sqlite_a_writer_is_alone_from_its_start(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.storage.engines.BUSY_TIMEOUT_MS", 10)
    with (
        closing(Database(sqlite_url)) as one,
        closing(Database(sqlite_url)) as other,
        one.write(),
        pytest.raises(Unavailable, match="another program holds the database"),
        other.write(),
    ):
        pytest.fail("two writers at once")


def test_commits_wait_for_the_disk(sqlite_database: Database, postgresql_database: Database) -> None:
    with sqlite_database.write() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with postgresql_database.write() as connection:
        assert connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
        assert connection.scalar(sa.text("SHOW plan_cache_mode")) == "force_custom_plan"


@pytest.mark.parametrize(("default", "used"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_a_server_waits_for_the_disk_at_least(postgresql_url: str, default: str, used: str) -> None:
    with closing(Database(postgresql_url)) as database, database.write() as connection:
        name = connection.scalar(sa.text("SELECT current_database()"))
        connection.execute(sa.text(f'ALTER DATABASE "{name}" SET synchronous_commit = {default}'))
    with closing(Database(postgresql_url)) as database, database.write() as connection:
        assert connection.scalar(sa.text("SHOW synchronous_commit")) == used


def test_from_an_event_loop(database: Database) -> None:
    async def use() -> list[str]:
        await asyncio.gather(*(database.writing(put, f"{number:02}") for number in range(20)))
        return await database.reading(names)

    expected = [f"{number:02}" for number in range(20)]
    assert asyncio.run(use()) == expected
    assert asyncio.run(database.reading(names)) == expected, "another loop"


def test_errors_and_contexts_cross_the_thread(sqlite_database: Database) -> None:
    def fail() -> None:
        raise KeyError(LATER.get(), threading.current_thread() is threading.main_thread())

    async def use() -> None:
        LATER.set("set before")
        await sqlite_database.run(fail)

    with pytest.raises(KeyError) as caught:
        asyncio.run(use())
    assert caught.value.args == ("set before", False)


def test_a_transaction_ends_also_where_nobody_waits_for_it(sqlite_database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        put(connection, "a")
        started.set()
        go_on.wait(10)

    async def use() -> None:
        task = asyncio.create_task(sqlite_database.writing(slow))
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    asyncio.run(use())
    sqlite_database.close()
    with sqlite_database.read() as connection:
        assert names(connection) == ["a"]


def test_too_many_who_wait_are_told_so(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    go_on = threading.Event()

    async def use() -> None:
        waiting = [asyncio.create_task(sqlite_database.run(go_on.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="too many"):
            await sqlite_database.run(go_on.is_set)
        go_on.set()
        assert await asyncio.gather(*waiting) == [True, True]
        assert await sqlite_database.run(go_on.is_set), "afterwards there is room again"

    asyncio.run(use())
