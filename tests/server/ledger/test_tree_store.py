"""Nodes read from the database are those of the tree, with few queries; what is missing is told."""

import pytest
import sqlalchemy as sa

from consentinel.server.errors import LedgerError
from consentinel.server.ledger.merkle import consistency_path, inclusion_path, tree_root
from consentinel.server.ledger.shards import lock_shards
from consentinel.server.ledger.statements import insertion
from consentinel.server.ledger.tree_store import StoredTree
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import SITE, START_MS
from tests.server.ledger.trees import LEAVES, nodes, range_root, root

SIZE = 600
BIG = 70_000


def store(database: Database, leaves: int, subtrees: list[tuple[int, int, bytes]], first: int = 0) -> int:
    with database.write() as connection:
        shard = lock_shards(connection, "ledger.example", [SITE], START_MS)[SITE].id
        rows = [(shard, number, LEAVES[number % len(LEAVES)]) for number in range(first, leaves)]
        insertion("leaves", "shard_id", "position", "hash").write(connection, rows)
        insertion("subtrees", "shard_id", "level", "position", "hash").write(
            connection, [(shard, *row) for row in subtrees]
        )
    return shard


def test_every_node_is_that_of_the_tree(database: Database) -> None:
    shard = store(database, SIZE, [(8, 0, range_root(0, 256)), (8, 1, range_root(256, 512))])
    with database.read() as connection:
        tree = StoredTree(connection, shard)
        for level in range(10):
            for position in range(SIZE >> level):
                assert tree.node(level, position) == nodes(SIZE)(level, position)
        assert tree_root(SIZE, tree.node) == range_root(0, SIZE)


def test_a_proof_in_a_large_tree_reads_few_blocks(database: Database) -> None:
    """Only what the proof needs is there: two blocks of leaves, one of level 8, one root of level 16."""
    block = [LEAVES[number % len(LEAVES)] for number in range(BIG - BIG % 256, BIG)]
    level_8 = [(8, number, LEAVES[number]) for number in range(BIG // 256)]
    whole = [*level_8, (16, 0, root([row[2] for row in level_8[:256]]))]
    shard = store(database, BIG, whole, first=BIG - BIG % 256)
    queries = list[str]()
    with database.read() as connection:
        sa.event.listen(database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        tree = StoredTree(connection, shard)
        path = inclusion_path(BIG - 1, BIG, tree.node)
    assert len(queries) == 3
    assert path[-1] == whole[-1][2]
    assert tree_root(BIG, StoredTreeOf(whole, block).node)
    assert len(queries) == 3


class StoredTreeOf:
    """The same tree, from lists."""

    def __init__(self, subtrees: list[tuple[int, int, bytes]], block: list[bytes]) -> None:
        self.known = {(level, position): value for level, position, value in subtrees}
        self.block = block

    def node(self, level: int, position: int) -> bytes:
        if (level, position) in self.known:
            return self.known[level, position]
        if level > 8:
            first = position << (level - 8)
            return root([self.known[8, number] for number in range(first, first + (1 << (level - 8)))])
        start = (position << level) - (BIG - BIG % 256)
        return root(self.block[start : start + (1 << level)])


def test_a_consistency_proof_comes_from_the_database(database: Database) -> None:
    shard = store(database, SIZE, [(8, 0, range_root(0, 256)), (8, 1, range_root(256, 512))])
    with database.read() as connection:
        tree = StoredTree(connection, shard)
        for old in (1, 255, 256, 257, 300, 512, 599):
            assert consistency_path(old, SIZE, tree.node) == consistency_path(old, SIZE, nodes(SIZE))


@pytest.mark.parametrize(("level", "position"), [(0, 10), (3, 1), (8, 0), (9, 0), (20, 0)])
def test_a_node_that_is_not_there_is_told(database: Database, level: int, position: int) -> None:
    shard = store(database, 10, [])
    with database.read() as connection, pytest.raises(LedgerError, match="the tree has lost hash"):
        StoredTree(connection, shard).node(level, position)


def test_leaves_of_another_tree_are_not_read(database: Database) -> None:
    shard = store(database, 10, [])
    with database.read() as connection, pytest.raises(LedgerError, match="has lost"):
        StoredTree(connection, shard + 1).leaf(0)
