"""Real faults: each is one line without values, what passes is Unavailable, and afterwards it works again."""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from consentinel.server.errors import StorageError, Unavailable
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import facts, payloads
from tests.server.databases import new_cluster
from tests.server.postgres import TemporaryCluster

# not as such in a line of code that a traceback shows
VISITOR = "-".join(("known", "visitor"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[TemporaryCluster]:
    with new_cluster() as cluster:
        yield cluster


def write(database: Database, name: str = "a", value: str = "") -> None:
    with database.write() as connection:
        connection.execute(facts.insert().values(name=name, value=value))


def failure_of(act: Callable[[], object]) -> StorageError:
    with pytest.raises(StorageError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return caught.value


def passing_failure_of(act: Callable[[], object]) -> str:
    error = failure_of(act)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s > 0
    return str(error)


# --- SQLite ---


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        told = passing_failure_of(lambda: write(database))
    assert told.startswith(f"the database {file} cannot be opened: ")
    assert "consentinel db upgrade" in told
    assert not file.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_text("no database at all " * 100)
    with closing(Database(f"sqlite:///{file}")) as database:
        error = failure_of(lambda: write(database))
    assert not isinstance(error, Unavailable)
    assert "put your backup of it back" in str(error)


def test_a_database_without_tables(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        error = failure_of(lambda: write(database))
    assert str(error) == "the database has not all tables: run `consentinel db upgrade`"


def test_another_writer_of_this_process(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.storage.engines.BUSY_TIMEOUT_MS", 10)
    with sqlite_database.write():
        assert "another request holds" in passing_failure_of(lambda: write(sqlite_database))
    write(sqlite_database)


def test_a_full_disk(sqlite_database: Database) -> None:
    def fill() -> None:
        with sqlite_database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            try:
                connection.execute(facts.insert().values(name="big", value="x" * 100_000))
            finally:
                connection.exec_driver_sql("PRAGMA max_page_count=1000000")

    assert "the disk is full: make room" in passing_failure_of(fill)
    write(sqlite_database)


def test_a_database_that_cannot_be_written(sqlite_database: Database) -> None:
    def refuse() -> None:
        with sqlite_database.write() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                connection.execute(facts.insert().values(name="a", value=""))
            finally:
                connection.exec_driver_sql("PRAGMA query_only=OFF")

    assert "cannot be written" in passing_failure_of(refuse)
    write(sqlite_database)


# --- PostgreSQL ---


def test_a_connection_that_was_ended(postgresql_database: Database) -> None:
    def ended() -> None:
        with postgresql_database.write() as connection:
            pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))
            with postgresql_database.write() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            connection.execute(facts.insert().values(name="a", value=""))

    assert "the database stops or starts" in passing_failure_of(ended)
    write(postgresql_database)


def test_a_server_that_was_stopped_and_started(cluster: TemporaryCluster) -> None:
    with closing(Database(cluster.url())) as database:
        with database.write() as connection:
            facts.drop(connection, checkfirst=True)
            facts.create(connection)
        cluster.stop()
        assert "cannot be reached" in passing_failure_of(lambda: write(database))
        cluster.start()
        write(database, "after a stop")
        cluster.kill()
        assert "cannot be reached" in passing_failure_of(lambda: write(database))
        cluster.start()
        write(database, "after a power cut")
        with database.read() as connection:
            assert set(connection.scalars(sa.select(facts.c.name))) == {"after a stop", "after a power cut"}


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("database", "database 'none' on this server: make it with `createdb none`"),
        ("username", "role 'nobody' on this server: make it with `createuser nobody`"),
    ],
)
def test_what_a_server_does_not_have_is_said_first(
    cluster: TemporaryCluster, part: Literal["database", "username"], says: str
) -> None:
    url = sa.make_url(cluster.url())
    url = url.set(database="none") if part == "database" else url.set(username="nobody")
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        assert passing_failure_of(lambda: write(database)).startswith(f"there is no {says}")


def test_a_server_that_stops_during_a_transaction(cluster: TemporaryCluster) -> None:
    with closing(Database(cluster.url())) as database:
        with database.write() as connection:
            facts.drop(connection, checkfirst=True)
            facts.create(connection)

        def cut_off() -> None:
            with database.write() as connection:
                connection.execute(facts.insert().values(name="lost", value=""))
                cluster.stop()

        assert "the database" in passing_failure_of(cut_off)
        cluster.start()
        with database.read() as connection:
            assert connection.scalars(sa.select(facts.c.name)).all() == []


def test_too_many_connections(cluster: TemporaryCluster) -> None:
    with closing(Database(cluster.url())) as database, database.write() as connection:
        connection.execute(sa.text("CREATE ROLE few LOGIN CONNECTION LIMIT 0"))
    url = sa.make_url(cluster.url()).set(username="few")
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        assert "too many connections" in passing_failure_of(lambda: write(database))


def test_a_lock_that_is_held_too_long(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.storage.engines.BUSY_TIMEOUT_MS", 20)
    with closing(Database(postgresql_url)) as database:
        write(database)
        with database.write() as connection:
            connection.execute(sa.select(facts).with_for_update())

            def waits() -> None:
                with database.write() as other:
                    other.execute(sa.select(facts).with_for_update())

            assert "holds the records for too long" in passing_failure_of(waits)


def test_two_transactions_in_each_others_way(postgresql_database: Database) -> None:
    write(postgresql_database, "a")
    write(postgresql_database, "b")
    both = threading.Barrier(2)
    failures: list[StorageError] = []

    def lock(*names: str) -> None:
        try:
            with postgresql_database.write() as connection:
                for name in names:
                    connection.execute(sa.select(facts).where(facts.c.name == name).with_for_update())
                    if name == names[0]:
                        both.wait(10)
        except StorageError as error:
            failures.append(error)

    other = threading.Thread(target=lock, args=("b", "a"))
    other.start()
    lock("a", "b")
    other.join()
    (error,) = failures
    assert isinstance(error, Unavailable)
    assert "in each other's way" in str(error)


# --- what is not told ---


def test_a_value_is_in_no_message_and_no_traceback(database: Database) -> None:
    write(database, VISITOR)
    error = failure_of(lambda: write(database, VISITOR))
    assert not isinstance(error, Unavailable)
    assert VISITOR not in "".join(traceback.format_exception(error))


def test_a_value_is_in_no_traceback_of_a_wrong_statement(database: Database) -> None:
    def wrong() -> None:
        with database.write() as connection:
            connection.execute(
                sa.text("INSERT INTO facts (name, valeu) VALUES (:name, '')"), {"name": VISITOR}
            )

    error = failure_of(wrong)
    shown = "".join(traceback.format_exception(error))
    assert "valeu" in shown, "the statement is shown, to find the mistake"
    assert VISITOR not in shown


def test_a_value_of_the_wrong_type(database: Database) -> None:
    def wrong() -> None:
        with database.write() as connection:
            connection.execute(
                payloads.insert().values(record_id=VISITOR.encode(), salt=None, event=VISITOR.encode())
            )

    assert VISITOR not in "".join(traceback.format_exception(failure_of(wrong)))


def test_all_connections_in_use(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.storage.engines.POOL_TIMEOUT_S", 0.01)
    monkeypatch.setattr("consentinel.server.storage.database.THREADS", 1)
    monkeypatch.setattr("consentinel.server.storage.database._MORE_CONNECTIONS", 0)
    with closing(Database(sqlite_url)) as database, database.read():
        assert "all connections" in passing_failure_of(lambda: write(database))
    with closing(Database(sqlite_url)) as database:
        write(database)
