"""Checkpoints: of the tree as it is, once for each size, and remembered outside."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from consentinel.server.errors import LedgerError
from consentinel.server.keys import new_keys
from consentinel.server.ledger.checkpoint import (
    Checkpoint,
    checkpoint_all,
    checkpoints_of,
    grown_shards,
    is_signed_by,
    latest_checkpoint,
    make_checkpoint,
    note_key,
)
from consentinel.server.ledger.notes import CheckpointText, parse_checkpoint, verify_note
from consentinel.server.ledger.shards import Head, shards_of
from consentinel.server.storage import tables
from tests.server.ledger.histories import OTHER, SITE, START_MS, Books, consent

HOUR_MS = 3_600_000


def make(books: Books, site: str = SITE) -> Checkpoint:
    with books.database.write() as connection:
        shard = shards_of(connection, site)[0]
        return make_checkpoint(connection, shard.id, books.keys, books.clock)


def test_a_checkpoint_says_what_the_tree_is(books: Books) -> None:
    books.fill(3)
    made = make(books)
    with books.database.read() as connection:
        shard = shards_of(connection, SITE)[0]
        assert latest_checkpoint(connection, shard.id) == made
    text = verify_note(made.note, note_key(books.keys, shard.origin))
    assert parse_checkpoint(text) == CheckpointText(shard.origin, 3, shard.head.root)
    assert (made.head, made.created_ms) == (shard.head, START_MS)


def test_a_tree_that_has_not_grown_has_its_checkpoint(books: Books) -> None:
    books.fill(2)
    first = make(books)
    books.clock.now_ms += HOUR_MS
    assert make(books) == first
    books.fill(1)
    assert (make(books).size, make(books).created_ms) == (3, START_MS + HOUR_MS)
    assert kept(books) == [2, 3]
    assert kept(books, OTHER) == []


def test_of_each_hour_the_last_one_is_kept(books: Books) -> None:
    for pause_ms in (0, HOUR_MS // 3, HOUR_MS // 3, HOUR_MS, 1):
        books.clock.now_ms += pause_ms
        books.fill(1)
        books.fill(1, site=OTHER)
        made = checkpoint_all(books.database, books.keys, books.clock)
        assert len(made) == 2
    assert kept(books) == kept(books, OTHER) == [1, 3, 5]


def kept(books: Books, site: str = SITE) -> list[int]:
    with books.database.read() as connection:
        return [checkpoint.size for checkpoint in checkpoints_of(connection, site)]


def test_many_shards_get_theirs(books: Books) -> None:
    books.add(*(consent(site=f"site{number}.example") for number in range(120)))
    assert len(checkpoint_all(books.database, books.keys, books.clock)) == 120


def test_all_that_have_grown_get_one(books: Books) -> None:
    books.fill(2)
    books.fill(1, site=OTHER)
    made = checkpoint_all(books.database, books.keys, books.clock)
    assert sorted((checkpoint.size, checkpoint.origin.split("/")[1]) for checkpoint in made) == [
        (1, OTHER),
        (2, SITE),
    ]
    assert checkpoint_all(books.database, books.keys, books.clock) == []
    books.fill(1)
    assert [checkpoint.size for checkpoint in checkpoint_all(books.database, books.keys, books.clock)] == [3]
    with books.database.read() as connection:
        assert grown_shards(connection) == []


def test_the_anchor_remembers_the_heads(books: Books) -> None:
    heads = list[Head]()

    class Shelf:
        def remember(self, new: Sequence[Head]) -> None:
            heads.extend(new)

    books.fill(2)
    made = checkpoint_all(books.database, books.keys, books.clock, Shelf())
    assert heads == [checkpoint.head for checkpoint in made]
    checkpoint_all(books.database, books.keys, books.clock, Shelf())
    assert len(heads) == 1


def test_a_note_of_another_key_is_not_ours(books: Books) -> None:
    books.fill(1)
    made = make(books)
    assert is_signed_by(made.note, note_key(books.keys, made.origin))
    assert not is_signed_by(made.note, note_key(new_keys(), made.origin))
    assert not is_signed_by(made.note, note_key(books.keys, "another.example"))


def test_a_shard_that_is_not_there_has_no_checkpoint(books: Books) -> None:
    with books.database.write() as connection, pytest.raises(LedgerError, match="no shard 77"):
        make_checkpoint(connection, 77, books.keys, books.clock)


def test_a_tree_without_leaves_needs_none(books: Books) -> None:
    books.fill(1)
    with books.database.write() as connection:
        empty = {"size": 0, "frontier": b"", "last_ms": 0, "closed": True, "generation": 2, "origin": "x"}
        connection.execute(sa.insert(tables.shards).values(site=SITE, period="2026Q4", **empty))
    assert len(checkpoint_all(books.database, books.keys, books.clock)) == 1
