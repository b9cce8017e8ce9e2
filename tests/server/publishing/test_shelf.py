import asyncio

import pytest

from consentinel.server.errors import StorageError
from consentinel.server.ledger.writer import Ledger
from consentinel.server.publications import Version
from consentinel.server.publishing.encodings import IDENTITY, encoded
from consentinel.server.publishing.shelf import Published, Shelf
from consentinel.server.storage.database import Database
from tests.server.publishing.making import KEY, NOW_MS, publish_shop


@pytest.fixture
def version(sqlite_database: Database) -> Version:
    ledger = Ledger(sqlite_database, name="consent.example", clock=lambda: NOW_MS)
    return publish_shop(sqlite_database, ledger)


@pytest.fixture
def compressions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compressed."""
    seen: list[str] = []

    def count(media_type: str, sha256: str, content: bytes) -> object:
        seen.append(sha256)
        return encoded(media_type, sha256, content)

    monkeypatch.setattr("consentinel.server.publishing.shelf.encoded", count)
    return seen


async def site_of(shelf: Shelf) -> Published:
    found = await shelf.site(KEY)
    assert found is not None
    return found


def test_of_many_who_ask_at_once_the_first_one_loads(
    sqlite_database: Database, version: Version, compressions: list[str]
) -> None:
    async def ask() -> set[bytes]:
        shelf = Shelf(sqlite_database)
        site = await site_of(shelf)
        files = await asyncio.gather(*(shelf.file(KEY, site.script) for _ in range(50)))
        files.append(await shelf.file(KEY, site.script))
        return {file.bodies[IDENTITY] for file in files}

    assert len(asyncio.run(ask())) == 1
    assert compressions == [version.bundle_hash]


def test_who_goes_away_does_not_take_the_file_from_others(
    sqlite_database: Database, version: Version
) -> None:
    async def ask() -> str:
        shelf = Shelf(sqlite_database)
        site = await site_of(shelf)
        first = asyncio.create_task(shelf.file(KEY, site.script))
        second = asyncio.create_task(shelf.file(KEY, site.script))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).sha256

    assert asyncio.run(ask()) == version.bundle_hash


@pytest.mark.usefixtures("version")
def test_many_who_ask_first_wait_for_the_first_look(sqlite_database: Database) -> None:
    async def ask() -> list[Published | None]:
        shelf = Shelf(sqlite_database)
        return await asyncio.gather(*(shelf.site(KEY) for _ in range(20)))

    assert [found.site if found else None for found in asyncio.run(ask())] == [KEY] * 20


def test_many_who_ask_first_hear_that_the_database_is_away(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> list[object]:
        shelf = Shelf(sqlite_database)
        return list(await asyncio.gather(*(shelf.site(KEY) for _ in range(3)), return_exceptions=True))

    async def fail(*_: object) -> None:
        await asyncio.sleep(0)
        raise StorageError("away")

    monkeypatch.setattr(sqlite_database, "reading", fail)
    assert [type(found) for found in asyncio.run(ask())] == [StorageError] * 3


def test_who_goes_away_does_not_end_the_first_look(sqlite_database: Database, version: Version) -> None:
    async def ask() -> str:
        shelf = Shelf(sqlite_database)
        first, second = (asyncio.create_task(site_of(shelf)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).script.sha256

    assert asyncio.run(ask()) == version.bundle_hash


def test_memory_is_bounded(sqlite_database: Database, version: Version, compressions: list[str]) -> None:
    async def ask() -> None:
        shelf = Shelf(sqlite_database, most_bytes=1)
        site = await site_of(shelf)
        for _ in range(2):
            for entry in site.parts.values():
                await shelf.file(KEY, entry)

    asyncio.run(ask())
    assert len(compressions) == 2 * len(version.manifest.of_role("part"))
