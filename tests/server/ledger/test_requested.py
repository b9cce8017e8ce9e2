"""Tombstones tell who was erased on request, from a place on."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from consentinel.server.ledger.erasure import VISITOR, erase, prune_all
from consentinel.server.ledger.requested import requested
from consentinel.server.ledger.shards import Erased, shards_of
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads
from tests.server.ledger.histories import DAY_MS, SITE, Books


def test_tells_who_was_erased_since(database: Database, tmp_path: Path) -> None:
    books = Books(database, tmp_path)
    first, second = books.add_one(), books.add_one()
    changed = books.add_one("changed", after=second)
    for each in (first, second):
        erase(database, books.ledger, SITE, each.id, VISITOR)
    books.fill(1)
    prune_all(database, books.ledger, books.clock() + 10_000 * DAY_MS, 1)
    with database.read() as connection:
        [shard] = shards_of(connection, SITE)
        told = [requested(connection, shard, since) for since in (0, 4, 5)]
    gone = [Erased(shard.origin, each.position, each.leaf) for each in (first, second, changed)]
    assert told == [set(gone), set(gone[1:]), set()]


@pytest.mark.parametrize(
    "damaged",
    [
        b"\xff",
        b"{}",
        b'{"origin":"a","positions":[[1]],"reason":"request"}',
        b'{"origin":"a","positions":[[0,%d]],"reason":"request"}' % 10**30,
    ],
)
def test_a_damaged_tombstone_stops_nobody(database: Database, tmp_path: Path, damaged: bytes) -> None:
    books = Books(database, tmp_path)
    erase(database, books.ledger, SITE, books.add_one().id, VISITOR)
    with database.write() as connection:
        connection.execute(sa.update(payloads).values(event=damaged))
    with database.read() as connection:
        [shard] = shards_of(connection, SITE)
        assert requested(connection, shard) == set()
