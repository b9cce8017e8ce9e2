"""Proofs from the database, checked as a stranger would; erased records; sites apart."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from consentinel.server.errors import LedgerError
from consentinel.server.keys import Keys, new_keys
from consentinel.server.ledger import proofs as proofs_module
from consentinel.server.ledger.checkpoint import checkpoint_all, signed_note
from consentinel.server.ledger.erasure import VISITOR, erase
from consentinel.server.ledger.events import new_id
from consentinel.server.ledger.proofs import NeverSoLargeError, Proof, Prover, inclusion
from consentinel.server.ledger.shards import Head, Shard, shards_of
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage import tables
from tests.server.ledger.checking import check
from tests.server.ledger.histories import OTHER, SITE, Books, consent
from tests.server.ledger.rfc9162 import verify_consistency


def prove(books: Books, recorded: Recorded, since: int | None = None) -> Proof:
    with books.database.read() as connection:
        found = inclusion(connection, books.keys, SITE, recorded.id, since)
    assert found is not None
    return found


def shard_of(books: Books, site: str = SITE) -> Shard:
    with books.database.read() as connection:
        return shards_of(connection, site)[0]


def test_each_record_has_a_proof(books: Books) -> None:
    recorded = [*books.fill(5), books.add_one(), *books.fill(300)]
    for item in (*recorded[:8], *recorded[250:260], recorded[-1]):
        proof = prove(books, item)
        event = check(proof)
        assert event is not None
        assert (event["type"], proof.index, proof.leaf) == (item.type, item.position, item.leaf.hex())
        assert (proof.erased, proof.tombstone) == (None, None)


def test_a_proof_leads_to_the_newest_stored_checkpoint(books: Books) -> None:
    first = books.add_one()
    checkpoint_all(books.database, books.keys, books.clock)
    second = books.add_one()
    assert (prove(books, first).size, prove(books, second).size) == (1, 2)
    check(prove(books, first))
    check(prove(books, second))


def test_a_proof_is_read_only(books: Books) -> None:
    """PostgreSQL refuses a write in such a transaction; SQLite would begin one, and this counts."""
    recorded = books.add_one()
    for _repeat in range(2):
        assert prove(books, recorded) == prove(books, recorded)
    with books.database.read() as connection:
        assert connection.execute(sa.select(tables.checkpoints)).all() == []


def test_after_a_change_of_keys_the_proof_is_signed_by_the_new_one(books: Books) -> None:
    recorded = books.add_one()
    checkpoint_all(books.database, books.keys, books.clock)
    before = prove(books, recorded)
    books = replace(books, keys=new_keys())
    after = prove(books, recorded)
    check(before)
    check(after)
    assert before.public_key != after.public_key


def test_an_erased_record_keeps_its_proof_and_shows_its_tombstone(books: Books) -> None:
    recorded = books.add_one()
    books.fill(3)
    assert erase(books.database, books.ledger, SITE, recorded.id, VISITOR) == 1
    proof = prove(books, recorded)
    assert check(proof) is None
    assert (proof.leaf, proof.erased) == (recorded.leaf.hex(), "request")
    assert proof.tombstone is not None
    declared = check(proof.tombstone)
    assert declared is not None
    assert (declared["kind"], declared["origin"]) == ("tombstone", proof.origin)
    assert [recorded.position, recorded.position] in declared["positions"]


def test_t33_a_record_of_another_site_is_unknown(books: Books) -> None:
    recorded = books.add_one()
    books.add_one(site=OTHER)
    with books.database.read() as connection:
        assert inclusion(connection, books.keys, OTHER, recorded.id) is None
        assert inclusion(connection, books.keys, SITE, new_id()) is None


def test_each_tree_begins_with_the_older_ones(books: Books) -> None:
    recorded, roots = list[Recorded](), list[bytes]()
    for _ in range(20):
        recorded.append(books.add_one())
        roots.append(shard_of(books).head.root)
    for old in range(1, 21):
        proof = prove(books, recorded[-old], since=old)
        check(proof)
        assert (proof.since, proof.size) == (old, 20)
        path = [bytes.fromhex(piece) for piece in proof.consistency or []]
        assert verify_consistency(old, 20, roots[old - 1], roots[-1], path)


def test_it_leads_to_the_newest_stored_checkpoint_that_is_as_large(books: Books) -> None:
    first = books.fill(3)[0]
    checkpoint_all(books.database, books.keys, books.clock)
    books.fill(2)
    assert [prove(books, first, since=old).size for old in (1, 3, 4, 5)] == [3, 3, 5, 5]


def test_a_size_that_the_tree_never_had_is_told(books: Books) -> None:
    first = books.fill(3)[0]
    with pytest.raises(NeverSoLargeError, match="has 3 entries"):
        prove(books, first, since=4)


def test_a_chain_needs_one_tree_and_one_note(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20,000 records each cost a tree and a signature, which took minutes."""
    first = books.add_one()
    books.add(*(consent("changed", after=first) for _ in range(599)))
    notes = list[Head]()

    def signed(head: Head, keys: Keys) -> str:
        notes.append(head)
        return signed_note(head, keys)

    monkeypatch.setattr(proofs_module, "signed_note", signed)
    queries = list[str]()
    with books.database.read() as connection:
        sa.event.listen(books.database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        found, last = Prover(connection, books.keys, SITE).of_chain(first.id, 0, 500)
        rest, end = Prover(connection, books.keys, SITE).of_chain(first.id, last, 500)
        assert Prover(connection, books.keys, SITE).of_chain(first.id, end, 500) == ([], end)
    assert (len(found), len(rest)) == (500, 100)
    assert len(notes) == 2
    assert len(queries) < 20
    for proof in (*found[::100], *rest[::30]):
        check(proof)


def test_a_lost_leaf_is_told_and_not_proved(books: Books) -> None:
    recorded = books.add(*(consent() for _ in range(4)))
    with books.database.write() as connection:
        _without_triggers(connection)
        connection.execute(sa.delete(tables.leaves).where(tables.leaves.c.position == 2))
    with books.database.read() as connection, pytest.raises(LedgerError, match="the tree has lost hash 2"):
        inclusion(connection, books.keys, SITE, recorded[0].id)


def _without_triggers(connection: sa.Connection) -> None:
    """What somebody with the database's password can do; leaves are append-only for everybody else."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER leaves_append_only_delete")
    else:
        connection.exec_driver_sql("ALTER TABLE leaves DISABLE TRIGGER USER")
