"""T35: a receipt for a record that the database never had is the last that tells of a loss."""

import pytest

from consentinel.server.errors import Unavailable
from consentinel.server.ledger.anchor import Contents
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import History
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, Books
from tests.server.ledger.restoring import (
    AHEAD_MS,
    accept,
    lose_a_withdrawal,
    lose_a_withdrawal_beside_a_wrong_clock,
    lost,
    no_space,
    refused_before,
)


def unknown(books: Books, history: History, received_ms: int, site: str = SITE) -> bool:
    with books.database.read() as connection:
        return history.unknown_record(connection, site, received_ms)


def test_a_genuine_receipt_for_an_unknown_record_is_a_loss(books: Books) -> None:
    """Database and anchor restored together: the receipt is all that is left."""
    history = History(books.anchor)
    assert unknown(books, history, books.clock.now_ms)
    told = f"{SITE}: a record is missing for which there is a genuine receipt"
    assert history.losses == (told,)
    assert unknown(books, history, books.clock.now_ms)
    assert history.losses == (told,)
    assert lost(books) == (told,), "another process, or this one after a start, knows it too"


def test_after_accepting_such_a_loss_no_older_grant_counts(books: Books) -> None:
    books.fill(1)
    history = History(books.anchor)
    unknown(books, history, books.clock.now_ms)
    books.clock.now_ms += 1_000
    assert len(accept(books)) == 1
    assert lost(books) == ()
    assert refused_before(books, SITE) == refused_before(books, OTHER) == books.clock.now_ms


@pytest.mark.parametrize("site", [SITE, OTHER])
def test_an_accepted_loss_explains_older_receipts_and_no_newer_ones(books: Books, site: str) -> None:
    lose_a_withdrawal(books)
    accept(books)
    history = History(books.anchor)
    history.look(books.database)
    assert not unknown(books, history, books.clock.now_ms - 1, site)
    assert history.losses == ()
    assert unknown(books, history, books.clock.now_ms, site)
    assert history.losses != ()


def test_a_doubt_that_cannot_be_kept_closes_all_the_same(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(books.anchor)
    told = (f"{SITE}: a record is missing for which there is a genuine receipt",)
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", no_space)
        with pytest.raises(Unavailable, match="No space left"):
            unknown(books, history, books.clock.now_ms)
        assert history.losses == told
        with pytest.raises(Unavailable, match="No space left"):
            history.look(books.database)
        assert history.losses == told
    history.look(books.database)
    assert history.losses == lost(books) == told
    accept(books)
    history.look(books.database)
    assert history.losses == lost(books) == ()


def test_a_receipt_that_comes_while_it_looks_is_not_forgotten(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(books.anchor)
    contents = books.anchor.contents

    def and_then_a_receipt() -> Contents:
        found = contents()
        monkeypatch.undo()
        assert unknown(books, history, books.clock.now_ms)
        return found

    monkeypatch.setattr(books.anchor, "contents", and_then_a_receipt)
    history.look(books.database)
    assert history.losses == (f"{SITE}: a record is missing for which there is a genuine receipt",)


def test_one_sites_wrong_clock_explains_no_receipts_of_another(books: Books) -> None:
    lose_a_withdrawal_beside_a_wrong_clock(books)
    accept(books)
    books.clock.now_ms += DAY_MS
    assert not unknown(books, History(books.anchor), AHEAD_MS, OTHER)
    assert unknown(books, History(books.anchor), books.clock.now_ms, SITE)


def test_receipts_of_a_clock_that_was_ahead_are_explained_by_accepting_once(books: Books) -> None:
    """Their records are gone, and so is all that told how far ahead it was."""
    history = History(books.anchor)
    assert unknown(books, history, AHEAD_MS)
    assert unknown(books, history, AHEAD_MS - 1)
    accept(books)
    history.look(books.database)
    assert not unknown(books, history, AHEAD_MS)
    assert refused_before(books, SITE) == books.clock.now_ms, "what is given from now on counts"
    assert unknown(books, history, AHEAD_MS, OTHER)
