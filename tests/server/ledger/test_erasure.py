"""Erasure takes the content of a visitor's records, of nobody else's, and leaves the tree as it was."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec import structs

from consentinel.server.ledger import erasure
from consentinel.server.ledger.erasure import (
    PRUNED_AT_ONCE,
    VISITOR,
    count_prunable,
    erase,
    erase_some,
    prune,
    prune_all,
)
from consentinel.server.ledger.events import new_id
from consentinel.server.ledger.freeing import forget_freed
from consentinel.server.ledger.merkle import tree_root
from consentinel.server.ledger.shards import Erased, all_heads, shards_of
from consentinel.server.ledger.tree_store import StoredTree
from consentinel.server.ledger.unfinished import Chain
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads, records
from tests.server.ledger.histories import DAY_MS, HALF_A_YEAR_MS, OTHER, SITE, START_MS, Books, consent

PROOF_DAYS = 100
LATER_MS = START_MS + HALF_A_YEAR_MS + PROOF_DAYS * DAY_MS + 1


def rows_of(books: Books, *recorded: Recorded) -> list[Any]:
    """Return the rows of records, with whether they have content, in order."""
    wanted = [each.id for each in recorded]
    has_content = sa.exists().where(payloads.c.record_id == records.c.id).label("content")
    query = sa.select(records, has_content).where(records.c.id.in_(wanted)).order_by(records.c.seq)
    with books.database.read() as connection:
        return list(connection.execute(query))


def contents(books: Books, recorded: Sequence[Recorded]) -> list[bool]:
    return [bool(row.content) for row in rows_of(books, *recorded)]


def tombstones(books: Books) -> list[dict[str, Any]]:
    query = (
        sa.select(payloads.c.event)
        .join(records, records.c.id == payloads.c.record_id)
        .where(records.c.kind == "tombstone")
        .order_by(records.c.seq)
    )
    with books.database.read() as connection:
        return [json.loads(event) for event in connection.execute(query).scalars()]


def erase_all(books: Books, record: Recorded) -> int:
    return erase(books.database, books.ledger, record.site, record.id, VISITOR)


# --- on request ---


def test_the_whole_chain_goes_whichever_record_is_named(books: Books) -> None:
    for named in range(3):
        first = books.add_one()
        chain = [first, books.add_one("changed", after=first), books.add_one("withdrawn", after=first)]
        assert erase_all(books, chain[named]) == 3
        rows = rows_of(books, *chain)
        assert contents(books, chain) == [False] * 3
        assert [(row.subject, row.erased) for row in rows] == [(None, "request")] * 3


def test_nobody_elses_records_are_touched(books: Books) -> None:
    own, other, refusal = books.add_one(), books.add_one(), books.add_one("refused")
    second = books.add_one(site=OTHER)
    erase_all(books, own)
    assert contents(books, [other, refusal]) == [True, True]
    assert contents(books, [second]) == [True]
    assert erase_all(books, refusal) == 1
    assert contents(books, [other]) == [True]


def test_a_record_of_another_site_is_not_found(books: Books) -> None:
    mine = books.add_one()
    books.add_one(site=OTHER)
    assert erase(books.database, books.ledger, OTHER, mine.id, VISITOR) == 0
    assert contents(books, [mine]) == [True]
    assert tombstones(books) == []


def test_nothing_there_and_nothing_left_is_told_as_zero(books: Books) -> None:
    mine = books.add_one()
    assert erase(books.database, books.ledger, SITE, new_id(), VISITOR) == 0
    assert [erase_all(books, mine), erase_all(books, mine)] == [1, 0]
    assert len(tombstones(books)) == 1


def test_what_is_no_consent_cannot_be_erased(books: Books) -> None:
    first = books.add_one()
    erase_all(books, first)
    with books.database.read() as connection:
        tombstone = connection.execute(
            sa.select(records.c.id).where(records.c.kind == "tombstone")
        ).scalar_one()
    assert erase(books.database, books.ledger, SITE, tombstone, VISITOR) == 0


def test_the_tombstone_names_what_is_gone(books: Books) -> None:
    books.fill(2)
    first = books.add_one()
    books.fill(1)
    books.add(consent("changed", after=first), consent("withdrawn", after=first))
    erase_all(books, first)
    (told,) = tombstones(books)
    assert told["type"] == "erased"
    assert told["reason"] == "request"
    assert told["origin"] == f"ledger.example/{SITE}/2026Q4"
    assert told["positions"] == [[2, 2], [4, 5]]
    assert told["by"] == "visitor"
    row = rows_of(books, first)[0]
    assert row.erased_by.hex() == told["id"]


def test_a_chain_over_two_quarters_has_a_tombstone_for_each(books: Books) -> None:
    first = books.add_one()
    books.clock.now_ms += 120 * DAY_MS
    second = books.add_one("changed", after=first)
    assert second.shard_id != first.shard_id
    assert erase_all(books, second) == 2
    assert [(told["origin"].rpartition("/")[2], told["positions"]) for told in tombstones(books)] == [
        ("2026Q4", [[0, 0]]),
        ("2027Q1", [[0, 0]]),
    ]


def test_leaves_roots_and_positions_stay(books: Books) -> None:
    books.fill(300)
    first = books.add_one()
    with books.database.read() as connection:
        (before,) = all_heads(connection)
    erase_all(books, first)
    with books.database.read() as connection:
        (shard,) = shards_of(connection, SITE)
        tree = StoredTree(connection, shard.id)
        assert tree_root(before.size, tree.node) == before.root
        assert tree.leaf(first.position) == first.leaf
        assert shard.frontier.size == before.size + 1


def test_a_repeat_of_an_erased_event_does_not_bring_it_back(books: Books) -> None:
    event = consent()
    (first,) = books.add(event)
    erase_all(books, first)
    (repeat,) = books.add(event)
    assert (repeat.repeated, repeat.id, repeat.subject) == (True, first.id, None)
    assert contents(books, [first]) == [False]


def test_what_stays_of_a_record_tells_neither_what_it_said_nor_when(books: Books) -> None:
    first = books.add_one()
    books.clock.now_ms += 12_345
    taken_back = structs.replace(consent("withdrawn", after=first), event_id=f"w{first.id.hex()}")
    (withdrawal,) = books.add(taken_back)
    before = rows_of(books, first, withdrawal)
    erase_all(books, first)
    rows = rows_of(books, first, withdrawal)
    assert [row.type for row in rows] == ["erased", "erased"]
    assert {row.received_ms for row in rows} == {START_MS - START_MS % DAY_MS}
    assert [row.event_id for row in rows] == [before[0].event_id, f"e{withdrawal.id.hex()}"]
    assert [row.expires_ms for row in rows] == [None, None]


def test_the_anchor_knows_who_was_erased_and_no_more(books: Books) -> None:
    books.fill(1)
    first = books.add_one()
    second = books.add_one("changed", after=first)
    books.fill(2)
    erase_all(books, first)
    origin = f"ledger.example/{SITE}/2026Q4"
    assert books.anchor.contents().erased == [
        Erased(origin, 1, first.leaf),
        Erased(origin, 2, second.leaf),
    ]


def test_the_anchor_knows_the_tombstone(books: Books) -> None:
    first = books.add_one()
    erase_all(books, first)
    assert books.anchor.remembered()[-1].size == 2


def erase_and_fail(books: Books, record: Recorded) -> None:
    with books.database.write() as connection:
        erased, is_left = erase_some(connection, books.ledger, Chain(SITE, record.id, "tester"))
        assert (len(erased), is_left) == (1, False)
        raise ZeroDivisionError


def test_an_error_within_the_transaction_erases_nothing(books: Books) -> None:
    first = books.add_one()
    with pytest.raises(ZeroDivisionError):
        erase_and_fail(books, first)
    assert contents(books, [first]) == [True]
    assert tombstones(books) == []


def test_two_that_erase_the_same_leave_one_tombstone(books: Books) -> None:
    first = books.add_one()
    books.add_one("changed", after=first)
    erased = list[int]()
    threads = [Thread(target=lambda: erased.append(erase_all(books, first))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(erased) == [0, 0, 0, 2]
    assert len(tombstones(books)) == 1


# --- by age ---


def prune_now(books: Books, now_ms: int) -> int:
    with books.database.write() as connection:
        return prune(connection, books.ledger, now_ms, PROOF_DAYS)


def test_what_is_kept_for_proof_stays_to_its_last_moment(books: Books) -> None:
    kept = books.add(consent("refused"), consent())
    assert prune_now(books, LATER_MS - 1) == 0
    assert prune_now(books, LATER_MS) == 2
    assert contents(books, kept) == [False, False]
    assert [row.erased for row in rows_of(books, *kept)] == ["retention"] * 2
    assert [(told["reason"], told["by"]) for told in tombstones(books)] == [("retention", "server")]


def test_a_withdrawal_stays_as_long_as_its_grant(books: Books) -> None:
    """Without it, the grant would be the newest of the chain."""
    grant = books.add_one()
    (withdrawal,) = books.add(consent("withdrawn", after=grant, expires_ms=START_MS + DAY_MS))
    assert prune_now(books, START_MS + (PROOF_DAYS + 2) * DAY_MS) == 0
    assert prune_now(books, LATER_MS) == 2
    assert contents(books, [grant, withdrawal]) == [False, False]


def test_a_visitor_who_answered_again_keeps_all_records(books: Books) -> None:
    first = books.add_one()
    (second,) = books.add(consent("changed", after=first, expires_ms=START_MS + 2 * HALF_A_YEAR_MS))
    assert prune_now(books, LATER_MS) == 0
    assert prune_now(books, LATER_MS + HALF_A_YEAR_MS) == 2
    assert contents(books, [first, second]) == [False, False]


def test_pruning_goes_in_batches_and_touches_consents_alone(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PRUNED_AT_ONCE", 3)
    books.fill(5)
    books.fill(3, site=OTHER)
    with books.database.read() as connection:
        assert count_prunable(connection, LATER_MS, PROOF_DAYS) == 8
        assert count_prunable(connection, LATER_MS - 1, PROOF_DAYS) == 0
    assert prune_now(books, LATER_MS) == 3
    assert prune_all(books.database, books.ledger, LATER_MS, PROOF_DAYS) == 5
    assert prune_all(books.database, books.ledger, 3 * LATER_MS, PROOF_DAYS) == 0
    assert [(told["site"], told["positions"]) for told in tombstones(books)] == [
        (SITE, [[0, 2]]),
        (SITE, [[3, 4]]),
        (OTHER, [[0, 0]]),
        (OTHER, [[1, 2]]),
    ]


def test_more_than_a_batch_is_pruned_in_one_go(books: Books) -> None:
    books.fill(PRUNED_AT_ONCE + 1)
    assert prune_all(books.database, books.ledger, LATER_MS, PROOF_DAYS) == PRUNED_AT_ONCE + 1
    assert len(tombstones(books)) == 2
    with books.database.read() as connection:
        assert set(all_heads(connection)) <= set(books.anchor.remembered())


# --- from the disk ---


def test_erased_bytes_are_in_no_file_of_sqlite(sqlite_database: Database, tmp_path: Path) -> None:
    books = Books(sqlite_database, tmp_path)
    books.fill(50)
    mine = books.add_one()
    books.fill(50)
    with sqlite_database.read() as connection:
        salt, event = connection.execute(
            sa.select(payloads.c.salt, payloads.c.event).where(payloads.c.record_id == mine.id)
        ).one()
    assert forget_freed(sqlite_database)
    assert (on_disk(sqlite_database, salt), on_disk(sqlite_database, event)) == (True, True)
    erase_all(books, mine)
    assert forget_freed(sqlite_database)
    assert (on_disk(sqlite_database, salt), on_disk(sqlite_database, event)) == (False, False)


def on_disk(database: Database, needle: bytes) -> bool:
    file = database.file
    assert file is not None
    return any(needle in path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_the_log_is_emptied_later_where_somebody_reads(sqlite_database: Database, tmp_path: Path) -> None:
    books = Books(sqlite_database, tmp_path)
    mine = books.add_one()
    with sqlite_database.read() as connection:
        connection.execute(sa.select(records.c.id)).all()
        erase_all(books, mine)
        assert not forget_freed(sqlite_database)
    assert forget_freed(sqlite_database)


def test_the_log_is_tried_again_until_it_is_empty(sqlite_database: Database, tmp_path: Path) -> None:
    books = Books(sqlite_database, tmp_path)
    mine = books.add_one()
    freeing = books.ledger.freeing
    freeing.again()
    with sqlite_database.read() as connection:
        event = connection.execute(sa.select(payloads.c.event)).scalar_one()
        erase_all(books, mine)
        freeing.again()
        assert on_disk(sqlite_database, event)
    freeing.again()
    assert not on_disk(sqlite_database, event)


def test_the_log_is_not_touched_where_nothing_was_erased(sqlite_database: Database, tmp_path: Path) -> None:
    """Emptying it lets writers wait."""
    books = Books(sqlite_database, tmp_path)
    books.ledger.freeing.again()
    books.fill(3)
    file = sqlite_database.file
    assert file is not None
    log = file.with_name(f"{file.name}-wal")
    before = log.stat().st_size
    books.ledger.freeing.again()
    assert log.stat().st_size == before > 0


def test_the_log_is_left_alone_while_somebody_writes(sqlite_database: Database) -> None:
    assert sqlite_database.file is not None
    with closing(sqlite3.connect(sqlite_database.file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM payloads")
        assert not forget_freed(sqlite_database)
        connection.execute("ROLLBACK")


def test_postgresql_has_its_own_ways(postgresql_database: Database) -> None:
    assert forget_freed(postgresql_database)
