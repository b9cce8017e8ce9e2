"""The schema, from an empty database and by several processes at once."""

import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from consentinel.server.errors import StorageError
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import MIGRATIONS, needs_upgrade, schema_version, upgrade
from consentinel.server.storage.tables import METADATA
from tests.support.at_once import at_once

SHARD = {"site": "a.example", "period": "2026Q4", "generation": 1, "origin": "n/a.example/2026Q4"}


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_an_empty_database_needs_them_and_a_migrated_one_does_not(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        assert needs_upgrade(database)
        assert upgrade(database) == (None, newest())
        assert not needs_upgrade(database)
        assert upgrade(database) == (newest(), newest())


def test_each_step_follows_on_the_one_before(empty_url: str) -> None:
    steps = [script.revision for script in scripts().walk_revisions()]
    with closing(Database(empty_url)) as database:
        for step in reversed(steps):
            with database.write() as connection:
                config = Config(attributes={"connection": connection})
                config.set_main_option("script_location", str(MIGRATIONS))
                command.upgrade(config, step)
                assert schema_version(connection) == step
        assert not needs_upgrade(database)


def test_a_step_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (a integer)"))
        raise StorageError("power cut")

    monkeypatch.setattr("consentinel.server.storage.migrate._is_behind", fail)
    with closing(Database(empty_url)) as database:
        with pytest.raises(StorageError, match="power cut"):
            upgrade(database)
        with database.read() as connection:
            assert sa.inspect(connection).get_table_names() == []


def test_t20_the_migrations_are_read_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_upgrade(database)
    monkeypatch.setattr(ScriptDirectory, "walk_revisions", None)
    assert not needs_upgrade(database)


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (upgrade, needs_upgrade):
        with pytest.raises(StorageError, match=r"'9999'.*newer version"):
            act(database)


def test_of_several_processes_one_migrates(empty_url: str) -> None:
    code = (
        "from consentinel.server.storage.database import Database\n"
        "from consentinel.server.storage.migrate import upgrade\n"
        "together()\n"
        "print(*upgrade(Database(sys.argv[1])))\n"
    )
    told = at_once(code, empty_url, number=3)
    assert sorted(told) == [*[f"{newest()} {newest()}"] * 2, f"None {newest()}"]


@pytest.mark.parametrize("table", ["leaves", "subtrees"])
@pytest.mark.parametrize("change", ["UPDATE {} SET position = 7", "DELETE FROM {}"])
def test_the_tree_is_append_only(database: Database, table: str, change: str) -> None:
    with database.write() as connection:
        shard = (
            METADATA.tables["shards"].insert().values(**SHARD, size=1, frontier=b"", closed=False, last_ms=0)
        )
        shard_id = connection.execute(shard.returning(METADATA.tables["shards"].c.id)).scalar_one()
        row = {"shard_id": shard_id, "position": 0, "hash": bytes(32)} | (
            {"level": 8} if table == "subtrees" else {}
        )
        connection.execute(METADATA.tables[table].insert().values(**row))
    with pytest.raises(StorageError, match=f"{table} is append-only"), database.write() as connection:
        connection.execute(sa.text(change.format(table)))


def test_postgresql_refuses_to_truncate_the_tree(postgresql_database: Database) -> None:
    with (
        pytest.raises(StorageError, match="leaves is append-only"),
        postgresql_database.write() as connection,
    ):
        connection.execute(sa.text("TRUNCATE leaves"))


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "a.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        upgrade(database, data=file.parent)
        assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


def test_migrating_again_takes_away_no_lock_of_the_connections(sqlite_database: Database) -> None:
    """Else the next program that closes the file deletes the log that this one goes on writing to."""
    code = (
        "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1])\n"
        "print(connection.execute('SELECT name FROM facts').fetchall()); connection.close()\n"
    )

    def seen_by_another_program(name: str) -> str:
        with sqlite_database.write() as connection:
            connection.execute(sa.text("INSERT INTO facts VALUES (:name, '')"), {"name": name})
        upgrade(sqlite_database)
        arguments = [sys.executable, "-c", code, str(sqlite_database.file)]
        return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout

    assert seen_by_another_program("a") == "[('a',)]\n"
    assert seen_by_another_program("b") == "[('a',), ('b',)]\n"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        closing(Database(f"sqlite:///{tmp_path}/file/a.db")) as database,
        pytest.raises(StorageError, match=r"file/a\.db: .*CONSENTINEL_DATA"),
    ):
        upgrade(database, data=tmp_path / "file")


def test_only_the_data_folder_is_made(tmp_path: Path) -> None:
    """A slip of the pen in the address is no new and empty database somewhere."""
    missing = tmp_path / "none" / "folder"
    with (
        closing(Database(f"sqlite:///{missing}/a.db")) as database,
        pytest.raises(StorageError, match=rf"^{missing}: no such folder: make it, .*CONSENTINEL_DATABASE"),
    ):
        upgrade(database, data=tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_no_column_is_made_for_an_address_or_a_user_agent() -> None:
    """T21: the ledger is no database for tracking."""
    words = ("ip", "addr", "agent", "referer", "url", "fingerprint", "cookie")
    names = [f"{table.name}.{column.name}" for table in METADATA.tables.values() for column in table.columns]
    assert [name for name in names if set(name.replace(".", "_").split("_")) & set(words)] == []


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def newest() -> str:
    return scripts().get_current_head() or ""
