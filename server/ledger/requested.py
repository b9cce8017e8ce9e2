"""What was erased on request, as the tombstones of a tree tell it."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.ledger.shards import Erased, Shard
from consentinel.server.storage.tables import leaves, payloads, records, shards

_Place = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # what a database takes


class _Tombstone(msgspec.Struct):
    origin: str
    positions: list[tuple[_Place, _Place]]
    reason: str


def requested(connection: Connection, shard: Shard, since: int = 0) -> set[Erased]:
    """Return what the tombstones of a shard call erased on request, from the position `since` on.

    A damaged one says nothing here: `consentinel ledger verify` tells of it.
    """
    query = (
        sa.select(payloads.c.event)
        .join(records, records.c.id == payloads.c.record_id)
        .where(records.c.site == shard.site, records.c.kind == "tombstone")  # by their index
        .where(records.c.shard_id == shard.id, records.c.position >= since)
    )
    events = connection.execute(query).scalars().all()
    return {each for event in events for each in _erased(connection, event)}


def _erased(connection: Connection, event: bytes) -> Iterator[Erased]:
    try:
        tombstone = msgspec.json.decode(event, type=_Tombstone)
    except msgspec.DecodeError:
        return
    if tombstone.reason != "request":
        return
    for first, last in tombstone.positions:
        query = (
            sa.select(leaves.c.position, leaves.c.hash)
            .join(shards, shards.c.id == leaves.c.shard_id)
            .where(shards.c.origin == tombstone.origin, leaves.c.position.between(first, last))
        )
        for position, leaf in connection.execute(query):
            yield Erased(tombstone.origin, position, bytes(leaf))
