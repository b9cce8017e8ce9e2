"""`ledger verify` of a whole database finds everything that somebody with its file could have changed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from consentinel.server.errors import StorageError
from consentinel.server.keys import new_keys
from consentinel.server.ledger import checking, export
from consentinel.server.ledger.checking import Check
from consentinel.server.ledger.checkpoint import checkpoint_all, signed_note
from consentinel.server.ledger.erasure import VISITOR, erase
from consentinel.server.ledger.events import new_id
from consentinel.server.ledger.shards import Head
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import checkpoints, leaves, payloads, records, shards, subtrees
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, Books
from tests.server.ledger.tampering import unprotected

ORIGIN = f"ledger.example/{SITE}/2026Q4"


@pytest.fixture
def books(database: Database, tmp_path: Path) -> Books:
    """A ledger with a bit of everything."""
    made = Books(database, tmp_path)
    made.fill(300)
    made.fill(2, site=OTHER)
    first = made.add_one()
    checkpoint_all(database, made.keys, made.clock)
    made.clock.now_ms += 3_600_000  # of each hour the newest checkpoint is kept
    made.add_one("changed", after=first)
    erase(database, made.ledger, SITE, first.id, VISITOR)
    made.fill(4)
    checkpoint_all(database, made.keys, made.clock)
    return made


def problems(books: Books) -> list[str]:
    with books.database.read() as connection:
        return list(Check(connection, books.keys).problems())


def test_nothing_is_wrong_with_what_the_server_wrote(books: Books) -> None:
    books.clock.now_ms += 100 * DAY_MS
    books.fill(1)
    with books.database.read() as connection:
        check = Check(connection, books.keys)
        assert list(check.problems()) == []
    assert (check.entries, check.shards) == (310, 3)


def test_pages_make_no_difference(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PAGE", export._PAGE.limit(7))
    assert problems(books) == []


def in_shop(table: sa.Table) -> Any:
    return table.c.shard_id == sa.select(shards.c.id).where(shards.c.origin == ORIGIN).scalar_subquery()


def record_at(position: int) -> Any:
    return sa.select(records.c.id).where(in_shop(records), records.c.position == position).scalar_subquery()


CHANGES: list[tuple[Callable[[], sa.Executable], str]] = [
    (
        lambda: sa.update(payloads).where(payloads.c.record_id == record_at(5)).values(salt=bytes(32)),
        f"{ORIGIN}: entry 5: its content is not what was recorded",
    ),
    (
        lambda: sa.update(payloads).where(payloads.c.record_id == record_at(5)).values(event=b'{"v":1}'),
        f"{ORIGIN}: entry 5: its content is not what was recorded",
    ),
    (
        lambda: sa.delete(payloads).where(payloads.c.record_id == record_at(5)),
        f"{ORIGIN}: entry 5: its content is missing",
    ),
    (
        lambda: sa.update(leaves).where(in_shop(leaves), leaves.c.position == 5).values(hash=bytes(32)),
        f"{ORIGIN}: entry 5: its content is not what was recorded",
    ),
    (
        lambda: sa.delete(leaves).where(in_shop(leaves), leaves.c.position == 306),
        f"{ORIGIN}: it grew to a tree of 307, which is not that of its 306 entries",
    ),
    (
        lambda: sa.delete(leaves).where(in_shop(leaves), leaves.c.position == 7),
        f"{ORIGIN}: entry 7: missing, the next one is 8",
    ),
    (
        lambda: sa.update(shards).where(shards.c.origin == ORIGIN).values(size=308, frontier=bytes(32 * 4)),
        f"{ORIGIN}: it grew to a tree of 308, which is not that of its 307 entries",
    ),
    (
        lambda: sa.update(subtrees).values(hash=bytes(32)),
        f"{ORIGIN}: the stored roots of its subtrees are not those of its leaves",
    ),
    (lambda: sa.delete(subtrees), f"{ORIGIN}: the stored roots of its subtrees are not those of its leaves"),
    (
        lambda: sa.update(checkpoints).where(in_shop(checkpoints)).values(size=checkpoints.c.size + 1),
        f"{ORIGIN}: a checkpoint signed 308 entries, it has 307",
    ),
    (
        lambda: sa.update(checkpoints).where(in_shop(checkpoints)).values(note="x\n"),
        f"{ORIGIN}: the checkpoint of 301 entries: no signed note",
    ),
    (
        lambda: sa.delete(records).where(records.c.id == record_at(5)),
        f"{ORIGIN}: entry 5: there is no record of it",
    ),
    (
        lambda: sa.update(records).where(records.c.id == record_at(5)).values(id=new_id()),
        f"{ORIGIN}: entry 5: its content is missing",
    ),
    (
        lambda: sa.update(records).where(records.c.id == record_at(301)).values(erased=None),
        f"{ORIGIN}: entry 301: its content is missing",
    ),
    (
        lambda: sa.update(records).where(records.c.id == record_at(5)).values(erased="request"),
        f"{ORIGIN}: entry 5: erased, and its content is still there",
    ),
    (
        lambda: sa.insert(payloads).values(record_id=new_id(), salt=bytes(32), event=b"{}"),
        "1 content without a record",
    ),
]


def test_every_change_is_found(books: Books) -> None:
    for change, told in CHANGES:
        found = problems_after(books, change())
        assert [line for line in found if line.startswith(told)], (told, found)
    assert problems(books) == []


def problems_after(books: Books, change: sa.Executable) -> list[str]:
    """Return what is found after a change, which is taken back."""
    with books.database.write() as connection:
        nested = connection.begin_nested()
        with unprotected(connection):
            connection.execute(change)
        found = list(Check(connection, books.keys).problems())
        nested.rollback()
    return found


def test_content_that_was_deleted_as_if_erased_is_found(books: Books) -> None:
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads).where(payloads.c.record_id == record_at(5)))
        connection.execute(sa.update(records).where(records.c.id == record_at(5)).values(erased="request"))
    assert problems(books) == [f"{ORIGIN}: entry 5 is erased, or has a tombstone, and not both"]


def test_a_record_in_the_place_of_another_is_found(books: Books) -> None:
    """Salt and content swapped together with the leaf are right for themselves; the id tells."""
    with books.database.write() as connection, unprotected(connection):
        one, two = (connection.execute(sa.select(record_at(at))).scalar_one() for at in (5, 6))
        for old, new in ((one, bytes(16)), (two, one), (bytes(16), two)):
            connection.execute(sa.update(records).where(records.c.id == old).values(id=new))
            connection.execute(sa.update(payloads).where(payloads.c.record_id == old).values(record_id=new))
    assert f"{ORIGIN}: entry 5: its record says otherwise than its content: id" in problems(books)


def test_a_checkpoint_of_another_key_is_found(books: Books) -> None:
    books.keys = new_keys()
    assert f"{ORIGIN}: the checkpoint of 301 entries: the note is not signed by {ORIGIN}" in problems(books)


def test_a_checkpoint_of_another_tree_is_found(books: Books) -> None:
    with books.database.write() as connection:
        note = signed_note(Head(ORIGIN, 301, bytes(32)), books.keys)
        mine = sa.update(checkpoints).where(in_shop(checkpoints), checkpoints.c.size == 301)
        connection.execute(mine.values(note=note))
    assert problems(books) == [f"{ORIGIN}: a checkpoint signed 301 other entries"]


def test_a_missing_protection_is_found(books: Books) -> None:
    suffix = checking._ENDINGS[books.database.engine.dialect.name][0]
    name = f"leaves_append_only{suffix}"
    on = "" if books.database.is_sqlite else " ON leaves"
    with books.database.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
    assert problems(books) == [
        f"the database does not protect the tree: the trigger {name} is missing or off"
    ]


COLUMNS: list[tuple[str, dict[str, object]]] = [
    ("kind", {"kind": "audit"}),
    ("type", {"type": "given"}),
    ("event_id", {"event_id": "another"}),
    ("subject", {"subject": None}),
    ("received_ms", {"received_ms": records.c.received_ms - 1}),
    ("expires_ms", {"expires_ms": records.c.expires_ms + DAY_MS}),
    ("expires_ms", {"expires_ms": None}),
]


@pytest.mark.parametrize(("column", "values"), COLUMNS)
def test_a_record_that_says_otherwise_than_its_event_is_found(
    books: Books, column: str, values: dict[str, object]
) -> None:
    """The server decides by these columns: a withdrawal without its subject would no longer withdraw."""
    withdrawn = books.add_one("withdrawn", after=books.add_one())
    change = sa.update(records).where(records.c.id == withdrawn.id).values(values)
    told = f"{ORIGIN}: entry {withdrawn.position}: its record says otherwise than its content: {column}"
    assert told in problems_after(books, change)


def test_a_record_that_is_put_behind_a_later_one_is_found(books: Books) -> None:
    """The last record of a visitor counts: a grant behind its withdrawal would count again."""
    given = books.add_one()
    books.add_one("withdrawn", after=given)
    later = sa.update(records).where(records.c.id == given.id).values(seq=records.c.seq + 1_000)
    assert problems_after(books, later) == ["1 record in another order than in the tree"]


REPLACE = "REPLACE INTO leaves (shard_id, position, hash) VALUES (1, 3, zeroblob(32))"


def test_our_own_connections_cannot_replace_a_leaf(sqlite_database: Database, tmp_path: Path) -> None:
    """SQLite deletes what REPLACE replaces, and tells triggers of it only with `recursive_triggers`."""
    books = Books(sqlite_database, tmp_path)
    books.fill(5)
    with pytest.raises(StorageError), sqlite_database.write() as connection:
        connection.exec_driver_sql(REPLACE)
    assert problems(books) == []


def test_what_others_replace_passes_the_triggers_and_is_found(
    sqlite_database: Database, tmp_path: Path
) -> None:
    books = Books(sqlite_database, tmp_path)
    books.fill(5)
    with closing(sqlite3.connect(str(sqlite_database.file))) as connection, connection:
        connection.execute(REPLACE)
    assert problems(books) == [
        f"{ORIGIN}: entry 3: its content is not what was recorded",
        f"{ORIGIN}: it grew to a tree of 5, which is not that of its 5 entries",
    ]
