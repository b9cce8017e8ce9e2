"""Who was erased comes to the anchor, though it failed, the process died, or another machine did it (T35)."""

import pytest

from consentinel.server.errors import Unavailable
from consentinel.server.ledger.erasure import prune_all
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import History
from consentinel.server.ledger.shards import Erased
from consentinel.server.ledger.writer import Recorded
from tests.server.ledger.histories import DAY_MS, HALF_A_YEAR_MS, OTHER, SITE, START_MS, Books, erase_one
from tests.server.ledger.restoring import no_space

PROOF_DAYS = 100
LATER_MS = START_MS + HALF_A_YEAR_MS + PROOF_DAYS * DAY_MS + 1


def test_an_anchor_that_cannot_be_written_is_told(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer does not say that it is done: a restored backup would have it again, unnoticed."""
    first = erase_unanchored(books, monkeypatch)
    history = History(books.anchor)
    history.look(books.database)
    assert history.losses == ()
    assert books.anchor.contents().erased == [Erased(f"ledger.example/{SITE}/2026Q4", 0, first.leaf)]


def erase_unanchored(books: Books, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Erase a record while the anchor's disk is full."""
    first = books.add_one()
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", no_space)
        with pytest.raises(Unavailable, match="No space left"):
            erase_one(books, first)
    assert books.anchor.contents().erased == []
    return first


def test_a_process_that_died_owes_the_anchor_nothing(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    first = erase_unanchored(books, monkeypatch)
    again = Books(books.database, books.folder, books.clock)
    History(again.anchor).look(books.database)
    assert [each.leaf for each in again.anchor.contents().erased] == [first.leaf]


def test_each_machine_learns_who_was_erased_and_of_nobody_by_age(books: Books) -> None:
    there = books.folder / "another machine"
    there.mkdir()
    other = Books(books.database, there, books.clock)
    history = History(other.anchor)
    history.look(books.database)
    wanted = list[bytes]()
    for number in (3, 2):
        books.fill(1)
        several = [books.add_one(), books.add_one(site=OTHER)]
        for each in several:
            erase_one(books, each)
        prune_all(books.database, books.ledger, number * LATER_MS, PROOF_DAYS)
        books.fill(2)
        history.look(books.database)
        wanted += [each.leaf for each in several]
        assert {each.leaf for each in other.anchor.contents().erased} == set(wanted)
    before = (there / "anchor.ndjson").read_bytes()
    history.look(books.database)
    assert (there / "anchor.ndjson").read_bytes() == before


def test_the_log_is_emptied_though_the_anchor_fails(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    freed = list[int]()
    monkeypatch.setattr(books.ledger.freeing, "soon", lambda: freed.append(1))
    erase_unanchored(books, monkeypatch)
    assert freed == [1]
