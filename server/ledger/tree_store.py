"""A tree in the database: leaves, and the roots of each 256, 65,536, … of them: a proof reads few rows."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.errors import LedgerError
from consentinel.server.ledger.merkle import Node, node_hash
from consentinel.server.storage import tables

TIER_LEVELS = 8
BLOCK = 1 << TIER_LEVELS


def kept(full: Iterable[Node]) -> list[Node]:
    """Return those full subtrees whose roots are stored."""
    return [node for node in full if node.level % TIER_LEVELS == 0]


class StoredTree:
    """Reads the nodes of one shard, in blocks of 256 hashes, each read once. For one transaction."""

    def __init__(self, connection: Connection, shard_id: int) -> None:
        self._connection = connection
        self._shard_id = shard_id
        self._blocks = dict[tuple[int, int], list[list[bytes]]]()

    def node(self, level: int, position: int) -> bytes:
        """Return the root of a full subtree, as merkle.Nodes; raises LedgerError where a row is missing."""
        tier, depth = divmod(level, TIER_LEVELS)
        number, inside = divmod(position, BLOCK >> depth)
        levels = self._block(tier, number)
        if inside < len(levels[depth]):
            return levels[depth][inside]
        raise LedgerError(
            f"the tree has lost hash {number * BLOCK + len(levels[0])} of level {tier * TIER_LEVELS}: "
            "restore the database from a backup, then run consentinel ledger verify"
        )

    def leaf(self, position: int) -> bytes:
        """Return the hash of a leaf; raises LedgerError where it is missing."""
        return self.node(0, position)

    def _block(self, tier: int, number: int) -> list[list[bytes]]:
        key = (tier, number)
        if key not in self._blocks:
            self._blocks[key] = _pyramid(self._read(tier, number * BLOCK))
        return self._blocks[key]

    def _read(self, tier: int, first: int) -> list[bytes]:
        """Return the hashes of a block, up to the first one that is missing."""
        query = _SUBTREES if tier else _LEAVES
        at = {"shard": self._shard_id, "level": tier * TIER_LEVELS, "first": first, "end": first + BLOCK}
        rows = self._connection.execute(query, at).all()
        return [row[1] for place, row in enumerate(rows, first) if row[0] == place]


def _reading(table: sa.Table) -> sa.Select[int, bytes]:
    c = table.c
    found = sa.select(c.position, c.hash).where(
        c.shard_id == sa.bindparam("shard"),
        c.position >= sa.bindparam("first"),
        c.position < sa.bindparam("end"),
    )
    return found.order_by(c.position)


_LEAVES = _reading(tables.leaves)
_SUBTREES = _reading(tables.subtrees).where(tables.subtrees.c.level == sa.bindparam("level"))


def _pyramid(hashes: list[bytes]) -> list[list[bytes]]:
    """Return the hashes of a block, and those of each level above that are full, but for the block's own."""
    levels = [hashes]
    for _ in range(TIER_LEVELS - 1):
        below = levels[-1]
        levels.append([node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)])
    return levels
