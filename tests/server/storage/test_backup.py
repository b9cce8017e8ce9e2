"""A backup is whole, whoever writes meanwhile, and nothing is left of one that failed."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from consentinel.scanner.errors import OutputError
from consentinel.server.errors import ServerError
from consentinel.server.storage.backup import back_up
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import facts


def put(database: Database, *names: str) -> None:
    with database.write() as connection:
        connection.execute(facts.insert(), [{"name": name, "value": "x" * 4_000} for name in names])


def names_in(file: Path) -> list[str]:
    with closing(Database(f"sqlite:///{file}")) as database, database.read() as connection:
        return list(connection.scalars(sa.select(facts.c.name).order_by(facts.c.name)))


def test_it_holds_what_was_written(sqlite_database: Database, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    put(sqlite_database, *(f"{number:03}" for number in range(300)))
    back_up(sqlite_database, target)
    put(sqlite_database, "later")
    assert names_in(target) == [f"{number:03}" for number in range(300)]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_writers_go_on_and_are_in_it_as_a_whole_or_not(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sqlite_database, "before")
    fsync = os.fsync

    def writing_meanwhile(descriptor: int) -> None:
        with sqlite_database.write() as connection:
            connection.execute(facts.delete())
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("consentinel.server.storage.backup.os.fsync", writing_meanwhile)
        back_up(sqlite_database, tmp_path / "backup.db")
    assert names_in(tmp_path / "backup.db") == ["before"]


def test_an_old_backup_is_not_overwritten(sqlite_database: Database, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("old")
    with pytest.raises(OutputError, match=r"backup\.db: exists: name a new file"):
        back_up(sqlite_database, target)
    assert target.read_text() == "old"


def test_a_disk_without_room_leaves_no_half(sqlite_database: Database, tmp_path: Path) -> None:
    put(sqlite_database, *(f"{number:03}" for number in range(50)))
    with files_of_at_most(20_000), pytest.raises(OutputError, match=r"backup\.db: .*room"):
        back_up(sqlite_database, tmp_path / "backup.db")
    assert list(tmp_path.glob("backup*")) == []


def test_a_folder_that_is_not_there(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        back_up(sqlite_database, tmp_path / "none" / "backup.db")


def test_a_name_that_is_too_long(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name too long"):
        back_up(sqlite_database, tmp_path / ("b" * 300))


def test_postgresql_has_its_own_tools(postgresql_database: Database, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="pg_dump"):
        back_up(postgresql_database, tmp_path / "backup.db")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let this process write no byte of a file beyond `size`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
