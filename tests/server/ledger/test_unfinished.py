"""A long chain goes in small transactions: nobody waits, none of it is told, and a crash ends nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event as engine_event

from consentinel.server.chains import consent as read_consent
from consentinel.server.chains import latest
from consentinel.server.ledger import erasure
from consentinel.server.ledger.erasure import finish_erasures, prune_all
from consentinel.server.ledger.events import ChainErased
from consentinel.server.ledger.shards import Erased, all_heads
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import facts, payloads, records
from tests.server.ledger.histories import (
    DAY_MS,
    HALF_A_YEAR_MS,
    SITE,
    START_MS,
    Books,
    CrashError,
    consent,
    erase_and_crash,
    erase_one,
)

LENGTH = 7
PROOF_DAYS = 100
LATER_MS = START_MS + HALF_A_YEAR_MS + PROOF_DAYS * DAY_MS + 1


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "ERASED_AT_ONCE", 3)
    monkeypatch.setattr(erasure, "PRUNED_AT_ONCE", 3)


def chain_in(books: Books, length: int = LENGTH) -> list[Recorded]:
    first = books.add_one()
    return [first, *books.add(*(consent("changed", after=first) for _ in range(length - 1)))]


def left(database: Database) -> int:
    """Return how many consents have their content."""
    own = payloads.join(records, records.c.id == payloads.c.record_id)
    query = sa.select(sa.func.count()).select_from(own).where(records.c.kind == "consent")
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


@contextmanager
def committed(books: Books) -> Iterator[list[int]]:
    """Yield a list that gets, with each transaction that wrote a tombstone, how many consents it erased."""
    taken = list[int]()
    executed = list[int]()

    def note(*given: object) -> None:
        if str(given[2]).startswith("UPDATE records"):
            executed.append(len(given[3]) if isinstance(given[3], list) else 1)

    def commit(_connection: object) -> None:
        if executed:
            taken.append(sum(executed))
            executed.clear()

    engine = books.database.engine
    engine_event.listen(engine, "before_cursor_execute", note)
    engine_event.listen(engine, "commit", commit)
    yield taken
    engine_event.remove(engine, "before_cursor_execute", note)
    engine_event.remove(engine, "commit", commit)


# --- on request ---


@pytest.mark.parametrize("named", [0, 4, LENGTH - 1])
def test_t20_a_long_chain_goes_in_small_transactions(books: Books, named: int) -> None:
    chain = chain_in(books)
    other = books.add_one()
    with committed(books) as numbers:
        assert erase_one(books, chain[named]) == LENGTH
    assert numbers == [3, 3, 1]
    assert left(books.database) == 1
    with books.database.read() as connection:
        assert latest(connection, SITE, other.id) is not None


def test_what_is_left_of_a_chain_is_told_to_nobody(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_in(books)
    erase_and_crash(books, monkeypatch, chain[-1], 3)
    assert left(books.database) == LENGTH - 3
    with books.database.read() as connection:
        assert latest(connection, SITE, chain[0].id) is None
        assert [read_consent(connection, SITE, each.id) for each in chain] == [None] * LENGTH
    with pytest.raises(ChainErased):
        books.add(consent("changed", after=chain[0]))


def test_a_process_that_comes_later_goes_on(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, other = chain_in(books), chain_in(books)
    erase_and_crash(books, monkeypatch, chain[2], 3)
    later = Books(books.database, books.folder, books.clock)
    with committed(later) as numbers:
        assert finish_erasures(later.database, later.ledger) == LENGTH - 3
    assert numbers == [3, 1]
    assert left(books.database) == len(other)
    assert finish_erasures(later.database, later.ledger) == 0
    with books.database.read() as connection:
        erased = connection.execute(sa.select(records.c.erased).where(records.c.id == chain[-1].id))
        assert erased.scalar_one() == "request"
        assert set(all_heads(connection)) <= set(later.anchor.remembered())


def test_nothing_of_a_visitor_stays_once_it_is_done(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_in(books)
    erase_and_crash(books, monkeypatch, chain[0], 3)
    assert kept(books) == [f"erasing/{chain[0].id.hex()}"]
    finish_erasures(books.database, books.ledger)
    assert kept(books) == []


def kept(books: Books) -> list[str]:
    with books.database.read() as connection:
        return list(
            connection.execute(sa.select(facts.c.name).where(facts.c.name.like("erasing/%"))).scalars()
        )


def test_asked_again_by_the_first_record_it_goes_on(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = chain_in(books)
    erase_and_crash(books, monkeypatch, chain[0], 3)
    assert erase_one(books, chain[0]) == LENGTH - 3
    assert (left(books.database), kept(books)) == (0, [])


def test_the_anchor_knows_all_that_one_process_has_erased(books: Books) -> None:
    chain = chain_in(books)
    erase_one(books, chain[0])
    origin = f"ledger.example/{SITE}/2026Q4"
    assert books.anchor.contents().erased == [Erased(origin, each.position, each.leaf) for each in chain]


def test_who_is_at_it_is_not_helped(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to a visitor tells how many records were erased."""
    chain = chain_in(books)
    helped = list[int]()
    monkeypatch.setattr(
        erasure, "sleep", lambda _: helped.append(finish_erasures(books.database, books.ledger))
    )
    assert erase_one(books, chain[0]) == LENGTH
    assert helped == [0, 0]


# --- by age ---


def test_t20_a_long_chain_is_pruned_in_small_transactions(books: Books) -> None:
    """Its first record goes at once, though it runs out last: what is left is told to nobody."""
    first = books.add_one()
    chain = [first, *books.add(*(consent("changed", after=first, expires_ms=START_MS + n) for n in range(6)))]
    with committed(books) as numbers:
        assert prune_all(books.database, books.ledger, LATER_MS, PROOF_DAYS) == len(chain)
    assert numbers == [4, 3]
    assert left(books.database) == 0


def test_what_is_left_of_a_pruned_chain_is_told_to_nobody(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = books.add_one()
    books.add(*(consent("changed", after=first, expires_ms=START_MS + n) for n in range(6)))

    def crash(_seconds: float) -> None:
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "sleep", crash)
        with pytest.raises(CrashError):
            prune_all(books.database, books.ledger, LATER_MS, PROOF_DAYS)
    assert left(books.database) == 3
    with books.database.read() as connection:
        assert latest(connection, SITE, first.id) is None
    assert prune_all(books.database, books.ledger, LATER_MS, PROOF_DAYS) == 3
