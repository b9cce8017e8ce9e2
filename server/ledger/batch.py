"""Events of one transaction on their way into the tables: few statements, however many events there are."""

import secrets
from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS
from consentinel.server.ledger.counting import Cell, add_counts
from consentinel.server.ledger.events import (
    SALT_BYTES,
    NewEvent,
    canonical,
    commitment,
    timestamp,
    whole_event,
)
from consentinel.server.ledger.merkle import Node, leaf_hash
from consentinel.server.ledger.nonces import keep_nonces
from consentinel.server.ledger.recorded import Recorded
from consentinel.server.ledger.shards import Head, Shard
from consentinel.server.ledger.statements import Values, insertion
from consentinel.server.ledger.tree_store import kept
from consentinel.server.storage import tables

_LEAVES = insertion("leaves", "shard_id", "position", "hash")
_SUBTREES = insertion("subtrees", "shard_id", "level", "position", "hash")
_PAYLOADS = insertion("payloads", "record_id", "salt", "event")
_RECORDS = insertion(
    "records",
    "id",
    "site",
    "kind",
    "type",
    "event_id",
    "shard_id",
    "position",
    "subject",
    "received_ms",
    "expires_ms",
)
_GROW = (
    sa.update(tables.shards)
    .where(tables.shards.c.id == sa.bindparam("shard"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("size", "frontier", "last_ms")})
)


class _Growth:
    """A shard and the leaves that this transaction adds; its time never goes back."""

    def __init__(self, shard: Shard, now_ms: int) -> None:
        self.shard = shard
        self.received_ms = max(now_ms, shard.last_ms)
        self.server_ts = timestamp(self.received_ms)
        self.leaves = list[bytes]()
        self.full = list[Node]()
        self.frontier = shard.frontier

    def add(self, leaf: bytes) -> int:
        """Take a leaf; return its position."""
        self.leaves.append(leaf)
        return self.shard.frontier.size + len(self.leaves) - 1

    def finish(self) -> None:
        """Let the tree grow by the leaves that were taken."""
        self.frontier, self.full = self.shard.frontier.extend(self.leaves)

    def leaf_rows(self) -> list[Values]:
        """Return the rows of the leaves."""
        places = enumerate(self.leaves, self.shard.frontier.size)
        return [(self.shard.id, place, leaf) for place, leaf in places]

    def subtree_rows(self) -> list[Values]:
        """Return the rows of the subtrees that became full and are stored."""
        return [(self.shard.id, *node) for node in kept(self.full)]

    def shard_row(self) -> dict[str, object]:
        """Return what the shard's own row is now."""
        size, hashes = self.frontier.size, self.frontier.to_bytes()
        return {
            "shard": self.shard.id,
            "new_size": size,
            "new_frontier": hashes,
            "new_last_ms": self.received_ms,
        }


class Batch:
    """Takes events for locked shards, by site, and writes them."""

    def __init__(self, shards: Mapping[str, Shard], now_ms: int) -> None:
        self._growths = {site: _Growth(shard, now_ms) for site, shard in shards.items()}
        self._now_ms = now_ms
        self._records, self._payloads = list[Values](), list[Values]()
        self._nonces = set[bytes]()
        self._counts = Counter[Cell]()

    def add(self, event: NewEvent, *, verified: bool) -> Recorded:
        """Take an event; return what its record will be. Raises ValueError for what canonical JSON lacks."""
        growth = self._growths[event.site]
        payload = canonical(whole_event(event, growth.server_ts, verified=verified))
        salt = secrets.token_bytes(SALT_BYTES)
        leaf = leaf_hash(commitment(salt, payload))
        recorded = Recorded(
            id=event.id,
            site=event.site,
            type=event.type,
            subject=event.subject,
            received_ms=growth.received_ms,
            shard_id=growth.shard.id,
            position=growth.add(leaf),
            leaf=leaf,
        )
        self._records.append(_record_row(event, recorded))
        self._payloads.append((event.id, salt, payload))
        self._take_along(event, recorded, verified=verified)
        return recorded

    def write(self, connection: Connection) -> None:
        """Write all that was taken. Raises what the database raises."""
        growths = [growth for growth in self._growths.values() if growth.leaves]
        for growth in growths:
            growth.finish()
        _LEAVES.write(connection, [row for growth in growths for row in growth.leaf_rows()])
        _SUBTREES.write(connection, [row for growth in growths for row in growth.subtree_rows()])
        _RECORDS.write(connection, self._records)
        _PAYLOADS.write(connection, self._payloads)
        keep_nonces(connection, self._nonces, self._now_ms)
        add_counts(connection, self._counts)
        if growths:
            connection.execute(_GROW, [growth.shard_row() for growth in growths])

    def heads(self, sites: set[str]) -> list[Head]:
        """Return what the trees of these sites are after `write`."""
        growths = (growth for site, growth in self._growths.items() if site in sites)
        return [Head(each.shard.origin, each.frontier.size, each.frontier.root()) for each in growths]

    def _take_along(self, event: NewEvent, recorded: Recorded, *, verified: bool) -> None:
        """Take what is stored beside the record: the challenge that it has used, and its count."""
        if event.challenge is not None and verified:
            self._nonces.add(event.challenge)
        if event.count is not None:
            day = recorded.received_ms // DAY_MS
            self._counts[Cell(event.site, day, event.type, event.count)] += 1


def _record_row(event: NewEvent, recorded: Recorded) -> Values:
    return (
        event.id,
        event.site,
        event.kind,
        event.type,
        event.event_id,
        recorded.shard_id,
        recorded.position,
        event.subject,
        recorded.received_ms,
        event.expires_ms,
    )
