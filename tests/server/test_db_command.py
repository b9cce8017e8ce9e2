"""`consentinel db …` on both databases."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentinel.server.cli import main
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import needs_upgrade


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("CONSENTINEL_DATA")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["db", *arguments])


def test_upgrade_makes_the_tables_and_then_has_nothing_to_do(empty_url: str) -> None:
    first, second = run("upgrade", "--database", empty_url), run("upgrade", "--database", empty_url)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.startswith("schema ")
    assert first.stdout.endswith(": brought up to date from nothing\n")
    assert second.stdout.endswith(": was up to date\n")
    with closing(Database(empty_url)) as database:
        assert not needs_upgrade(database)


def test_upgrade_takes_the_settings_file() -> None:
    Path("consentinel.yaml").write_text("server:\n  data: state\n")
    assert run("upgrade").exit_code == 0
    assert Path("state/consentinel.db").is_file()
    Path("other.yaml").write_text("server:\n  database: sqlite:///other.db\n")
    assert run("upgrade", "--config", "other.yaml").exit_code == 0
    assert Path("other.db").is_file()


def test_a_database_that_is_not_there_is_one_line(sqlite_url: str) -> None:
    result = run("upgrade", "--database", "postgresql://u:one-secret@127.0.0.1:1/d")
    assert result.exit_code == 2
    place, error = result.stderr.splitlines()
    assert place == "consentinel: the database is 127.0.0.1:1/d"
    assert error.startswith("consentinel: error: the database cannot be reached")
    assert "start it, or name another with CONSENTINEL_DATABASE" in error
    assert "one-secret" not in result.output


def test_backup(sqlite_url: str) -> None:
    result = run("backup", "copy.db", "--database", sqlite_url)
    assert (result.exit_code, result.stdout) == (0, "copy.db\n")
    assert result.stderr == f"consentinel: the database is {sqlite_url.removeprefix('sqlite:///')}\n"
    with closing(Database("sqlite:///copy.db")) as database:
        assert not needs_upgrade(database)
    again = run("backup", "copy.db", "--database", sqlite_url)
    assert (again.exit_code, again.stdout) == (2, "")


def test_upgrade_makes_no_folder_for_an_address() -> None:
    result = run("upgrade", "--database", "sqlite:///none/x.db")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "\nconsentinel: error: none: no such folder: make it" in result.stderr
    assert list(Path().iterdir()) == []


def test_backup_into_a_folder_that_is_not_there(sqlite_url: str) -> None:
    result = run("backup", "none/copy.db", "--database", sqlite_url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        "consentinel: error: none/copy.db: No such file or directory: name a file in a folder that has room\n"
    )


def test_backup_of_what_is_not_there_makes_nothing() -> None:
    result = run("backup", "copy.db", "--database", "sqlite:///none.db")
    assert result.exit_code == 2
    assert f"the database {Path.cwd() / 'none.db'} cannot be opened" in result.stderr
    assert "consentinel db upgrade" in result.stderr
    assert list(Path().iterdir()) == []


def test_backup_of_postgresql(postgresql_url: str) -> None:
    result = run("backup", "copy.db", "--database", postgresql_url)
    assert result.exit_code == 2
    assert "pg_dump" in result.stderr
