"""Whether the database can be used: one look a second, whoever asks."""

import asyncio
from pathlib import Path

import pytest

from consentinel.server import readiness
from consentinel.server.errors import StorageError
from consentinel.server.readiness import Readiness
from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app, services_of


class Looks:
    """Stands for the look at the schema. count: how often somebody looked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.error: Exception | None = None
        self.is_old = False
        monkeypatch.setattr(readiness, "needs_upgrade", self)

    def __call__(self, _database: Database) -> bool:
        self.count += 1
        if self.error is not None:
            raise self.error
        return self.is_old


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


def test_t20_many_who_ask_at_once_make_one_look(sqlite_database: Database, looks: Looks) -> None:
    async def run() -> None:
        found = Readiness(sqlite_database, now_s=lambda: 5.0)
        assert await asyncio.gather(*(found.problem() for _ in range(1_000))) == [""] * 1_000
        assert await found.problem() == ""

    asyncio.run(run())
    assert looks.count == 1


def test_what_goes_wrong_is_told_within_a_second(sqlite_database: Database, looks: Looks) -> None:
    now = [5.0]

    async def run() -> None:
        found = Readiness(sqlite_database, now_s=lambda: now[0])
        assert await found.problem() == ""
        looks.error = StorageError("no such disk")
        now[0] += 1
        assert await found.problem() == "no such disk"
        looks.error, looks.is_old = None, True
        now[0] += 0.5
        assert await found.problem() == "no such disk"
        now[0] += 0.5
        assert await found.problem() == "the schema is old: run `consentinel db upgrade`"

    asyncio.run(run())
    assert looks.count == 3


def test_what_nobody_expected_is_told_too(sqlite_database: Database, looks: Looks) -> None:
    async def run() -> None:
        found = Readiness(sqlite_database, now_s=lambda: 5.0)
        looks.error = RuntimeError("no such thread")
        with pytest.raises(RuntimeError, match="no such thread"):
            await found.problem()
        assert await found.problem() == "the database cannot be looked at: see the log"

    asyncio.run(run())


def test_who_goes_away_ends_nobody_elses_look(sqlite_database: Database, looks: Looks) -> None:
    async def run() -> None:
        found = Readiness(sqlite_database, now_s=lambda: 5.0)
        first, second = (asyncio.create_task(found.problem()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == ""

    asyncio.run(run())
    assert looks.count == 1


def test_t20_readyz_looks_once_a_second(sqlite_database: Database, tmp_path: Path, looks: Looks) -> None:
    with client_of(make_app(sqlite_database, tmp_path / "data")) as client:
        services_of(client).readiness._now_s = lambda: 5.0
        assert [client.get("/readyz").status_code for _ in range(5)] == [200] * 5
    assert looks.count == 1
