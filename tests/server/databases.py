"""The databases of the tests: each test has one of its own, migrated and empty, SQLite or PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import upgrade
from tests.server.postgres import VARIABLE, TemporaryCluster, find_binaries
from tests.server.postgres_server import PostgresServer, fresh_name

SHARED = "postgresql://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server with a migrated template: the one that is named, the local one, or one of our own."""
    with ExitStack() as stack:
        address = os.environ.get(VARIABLE) or (SHARED if _answers(SHARED) else None)
        if address is None:
            address = stack.enter_context(new_cluster()).url()
        yield stack.enter_context(_with_template(address))


@pytest.fixture
def temporary_cluster() -> Iterator[TemporaryCluster]:
    """A cluster that the test may stop, kill and start."""
    with new_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        upgrade(database)
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "consentinel.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.lend()
    yield url
    postgres_server.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database; the test runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        (tmp_path / "empty.db").touch()
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.make("template0")
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    with closing(Database(sqlite_url)) as database:
        yield database


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    with closing(Database(postgresql_url)) as database:
        yield database


def new_cluster() -> TemporaryCluster:
    """Return a cluster of the tests' own, which ends with its block; where there is none, skip."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(f"no PostgreSQL: install it, or name a server with {VARIABLE}")
    return TemporaryCluster(binaries)


@contextmanager
def _with_template(address: str) -> Iterator[PostgresServer]:
    server = PostgresServer(address, fresh_name())
    server.run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", server.template)
    try:
        with closing(Database(server.url(server.template))) as database:
            upgrade(database)
        yield server
    finally:
        server.close()


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
