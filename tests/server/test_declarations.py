"""Declarations in memory: how many of them."""

import asyncio

from consentinel.server.declarations import Declarations, origin_of
from consentinel.server.storage.database import Database
from tests.server.applications import OWN
from tests.server.dashboard.world import SITE, typical


def test_t20_what_is_kept_is_bounded(database: Database) -> None:
    with database.write() as connection:
        typical(connection)
    with database.read() as connection:
        origin = origin_of(connection, SITE, OWN)
    assert origin is not None
    kept = Declarations(database, most_bytes=1)

    async def ask() -> None:
        for locale in ("en", "de", "en"):
            found = await kept.rendered(origin, locale)
            assert found["json"].body
            assert len(kept) == 1

    asyncio.run(ask())
