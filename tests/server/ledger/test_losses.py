"""T35: what the database lacks is noticed, be it that the anchor itself is gone."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest
import sqlalchemy as sa

from consentinel.server.errors import LedgerError, Unavailable
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import History, known_losses
from consentinel.server.ledger.shards import Erased
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import shards
from tests.server.ledger.histories import OTHER, SITE, Books, consent, erase_one
from tests.server.ledger.restoring import (
    MISSING,
    ORIGIN,
    accept,
    audits,
    crash,
    lose_a_withdrawal,
    lost,
    refused_before,
    restored,
    without_anchor,
)

# --- noticed ---


def test_nothing_is_lost_in_a_ledger_that_grows(books: Books) -> None:
    assert lost(books) == ()
    books.fill(300)
    assert lost(books) == ()
    books.clock.now_ms += 100 * 86_400_000
    books.fill(3)
    assert lost(books) == ()
    assert accept(books) == []
    assert refused_before(books, SITE) == 0


def test_a_backup_that_lacks_a_withdrawal_is_noticed(books: Books) -> None:
    lose_a_withdrawal(books)
    assert lost(books) == (f"{ORIGIN}: it had 2 entries, the database has 1",)


def test_a_backup_that_has_grown_again_is_noticed(books: Books) -> None:
    lose_a_withdrawal(books)
    Books(books.database, books.folder, books.clock).fill(5)  # which the anchor remembers, too
    assert lost(books) == (f"{ORIGIN}: it began with 2 other entries",)
    assert accept(books) != []
    assert lost(books) == ()


def test_an_empty_database_in_the_place_of_the_old_one_is_noticed(books: Books) -> None:
    with restored(books):
        books.fill(3)
        books.fill(1, site=OTHER)
    assert sorted(lost(books)) == [
        f"ledger.example/{OTHER}/2026Q4: it had 1 entry, the database has 0",
        f"{ORIGIN}: it had 3 entries, the database has 0",
    ]


@pytest.mark.parametrize("before", [0, 1])
def test_what_is_committed_while_it_looks_is_no_loss(
    books: Books, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    books.fill(before)
    contents = books.anchor.contents

    def and_then_another() -> object:
        found = contents()
        monkeypatch.undo()
        books.fill(1)
        return found

    monkeypatch.setattr(books.anchor, "contents", and_then_another)
    assert known_losses(books.database, books.anchor) == ()


def test_a_damaged_anchor_is_told(books: Books) -> None:
    books.fill(1)
    file = books.folder / "anchor.ndjson"
    before = file.read_bytes()
    history = History(books.anchor)
    file.write_bytes(b"?\n")
    with pytest.raises(LedgerError, match="damaged"):
        history.look(books.database)
    assert "damaged" in history.losses[0]
    file.write_bytes(before)
    history.look(books.database)
    assert history.losses == ()


def test_a_copied_sqlite_file_is_noticed(sqlite_database: Database, tmp_path: Path) -> None:
    """As an operator does it: the file of the backup takes the place of the other one."""
    books = Books(sqlite_database, tmp_path)
    grant = books.add_one()
    file = sqlite_database.file
    assert file is not None
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        source.backup(copy)
    books.add_one("withdrawn", after=grant)
    sqlite_database.close()
    for path in file.parent.glob(f"{file.name}-*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", file)
    with closing(Database(f"sqlite:///{file}")) as again:
        assert known_losses(again, Anchor(LineFile(tmp_path / "anchor.ndjson"))) == (
            f"{ORIGIN}: it had 2 entries, the database has 1",
        )


# --- an anchor that is gone ---


def test_a_restored_database_without_its_anchor_is_noticed(books: Books) -> None:
    lose_a_withdrawal(books)
    assert lost(without_anchor(books)) == (MISSING,)


@pytest.mark.parametrize("left", [b"", b'{"kind":"head","orig'])
def test_an_anchor_that_says_nothing_is_a_missing_one(books: Books, left: bytes) -> None:
    books.fill(1)
    (books.folder / "anchor.ndjson").write_bytes(left)
    assert lost(Books(books.database, books.folder, books.clock)) == (MISSING,)


def test_an_anchor_with_a_doubt_alone_is_a_missing_one(books: Books) -> None:
    books.fill(1)
    again = without_anchor(books)
    again.anchor.doubt(SITE, books.clock())
    assert MISSING in lost(again)


def another_machine(books: Books) -> Books:
    """Return the same database with an anchor of its own."""
    folder = books.folder / "another machine"
    folder.mkdir()
    return Books(books.database, folder, books.clock)


def test_machines_begin_together_on_an_empty_database(books: Books) -> None:
    other = another_machine(books)
    assert (lost(books), lost(other)) == ((), ())
    books.fill(1)
    assert (lost(other), lost(books)) == ((), ())
    assert [head.size for head in other.anchor.remembered()] == [1]
    lost(other)
    assert (other.folder / "anchor.ndjson").read_bytes().count(b"begun") == 1


def test_an_anchor_that_was_begun_misses_what_it_knew(books: Books) -> None:
    lost(books)
    with restored(books):
        books.fill(2)
    assert lost(books) == (f"{ORIGIN}: it had 2 entries, the database has 0",)


def test_an_anchor_that_was_begun_for_another_database_is_none_of_this(books: Books) -> None:
    """Started by mistake before the backup was put in its place: it vouches for nothing that is in that."""
    lost(books)
    books.fill(1)
    again = without_anchor(books)
    again.anchor.begin("0" * 32)
    assert lost(again) == (MISSING,)
    accept(again)
    assert (lost(again), again.anchor.contents().begun) == ((), ["0" * 32])


def test_whoever_writes_the_first_entry_begins_the_anchor(books: Books) -> None:
    """Before it is committed: a process that dies right after leaves nothing that looks like a loss."""
    with books.database.write() as connection:
        books.ledger.append(connection, [consent("refused")])
        assert [(head.origin, head.size) for head in books.anchor.remembered()] == [(ORIGIN, 0)]
    assert lost(Books(books.database, books.folder, books.clock)) == ()


def append_and_fail(books: Books) -> None:
    with books.database.write() as connection:
        books.ledger.append(connection, [consent("refused")])
        raise ZeroDivisionError


def test_a_first_entry_that_was_not_committed_is_no_loss(books: Books) -> None:
    with pytest.raises(ZeroDivisionError):
        append_and_fail(books)
    assert lost(books) == ()
    books.fill(1)
    assert lost(books) == ()


def test_a_missing_anchor_is_never_begun_by_the_way(books: Books) -> None:
    """Deleted beside a running server, it would come back without what it had remembered."""
    books.fill(1)
    (books.folder / "anchor.ndjson").unlink()
    with pytest.raises(Unavailable, match="the anchor is missing"):
        books.fill(1)
    assert not (books.folder / "anchor.ndjson").exists()
    assert lost(books) == (MISSING,)


def test_nor_after_a_start_that_had_nothing_to_add(books: Books) -> None:
    books.fill(1)
    again = Books(books.database, books.folder, books.clock)
    assert lost(again) == ()
    (books.folder / "anchor.ndjson").unlink()
    with pytest.raises(Unavailable, match="the anchor is missing"):
        again.fill(1)
    assert lost(again) == (MISSING,)


def test_an_anchor_that_goes_before_the_first_record_is_begun_again(books: Books) -> None:
    assert lost(books) == ()
    History(books.anchor).look(books.database)
    (books.folder / "anchor.ndjson").unlink()
    History(books.anchor).look(books.database)
    books.fill(1)
    assert lost(books) == ()


def test_an_anchor_that_cannot_be_written_is_told_at_the_first_look(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.fill(1)
    again = Books(books.database, books.folder, books.clock)

    def closed() -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(again.anchor._file, "alone", closed)
    with pytest.raises(Unavailable, match="Read-only file system"):
        History(again.anchor).look(again.database)


def test_going_on_without_the_anchor_that_was(books: Books) -> None:
    grant = lose_a_withdrawal(books)
    again = without_anchor(books)
    assert accept(again) == [MISSING]
    assert lost(again) == ()
    assert grant.received_ms < refused_before(again, SITE) == refused_before(again, OTHER)
    origins = {head.origin for head in again.anchor.remembered()}
    assert {ORIGIN, f"{ORIGIN}.2", f"ledger.example/{OTHER}/2026Q4"} <= origins
    (event,) = audits(again, SITE)
    assert event["lost"] == []
    assert "the ledger's anchor was missing" in str(event["detail"])


def test_a_crash_while_going_on_leaves_it_missing(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.fill(1)
    again = without_anchor(books)
    with monkeypatch.context() as patched:
        patched.setattr("consentinel.server.ledger.restore._keep", crash)
        with pytest.raises(ZeroDivisionError):
            accept(again)
    assert lost(again) == (MISSING,)
    assert accept(again) == [MISSING]
    assert lost(again) == ()


def test_a_machine_learns_what_others_have_begun(books: Books, tmp_path: Path) -> None:
    """Of several machines with one database, each has its own anchor, and all remember all shards."""
    books.fill(1)
    there = tmp_path / "another machine"
    there.mkdir()
    shutil.copy(books.folder / "anchor.ndjson", there)
    other = Books(books.database, there, books.clock)
    books.fill(2, site=OTHER)
    assert lost(other) == ()
    assert {head.origin: head.size for head in other.anchor.remembered()} == {
        ORIGIN: 1,
        f"ledger.example/{OTHER}/2026Q4": 2,
    }


def test_what_is_known_already_is_not_written_again(books: Books) -> None:
    books.fill(3)
    lost(books)
    before = (books.folder / "anchor.ndjson").read_bytes()
    assert lost(Books(books.database, books.folder, books.clock)) == ()
    assert (books.folder / "anchor.ndjson").read_bytes() == before


# --- a look that cannot be made ---


def test_a_damaged_tree_closes(books: Books) -> None:
    books.fill(3)
    history = History(books.anchor)
    with books.database.write() as connection:
        connection.execute(sa.update(shards).values(frontier=b""))
    with pytest.raises(LedgerError, match="damaged"):
        history.look(books.database)
    assert history.losses[0].startswith(f"{ORIGIN}: damaged")


def test_what_nobody_has_thought_of_closes(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(books.anchor)
    with monkeypatch.context() as patched:
        patched.setattr(books.anchor, "contents", crash)
        with pytest.raises(ZeroDivisionError):
            history.look(books.database)
    assert history.losses == ("the database could not be compared with the anchor: see the log",)
    history.look(books.database)
    assert not history.losses


def test_a_database_that_does_not_answer_is_no_loss(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from it meanwhile, and what needs none goes on."""

    def does_not_answer() -> None:
        raise Unavailable("the database does not answer")

    history = History(books.anchor)
    monkeypatch.setattr(books.database, "read", does_not_answer)
    with pytest.raises(Unavailable):
        history.look(books.database)
    assert history.losses == ()


# --- an older copy of the anchor ---


def test_an_older_anchor_that_is_put_back_learns_what_a_quiet_site_has(books: Books) -> None:
    """The server runs on: it knows that it has written this before, and the file does not have it."""
    grant = books.add_one()
    file = books.folder / "anchor.ndjson"
    older = file.read_bytes()
    books.add_one("withdrawn", after=grant)
    assert lost(books) == ()
    file.write_bytes(older)
    assert lost(books) == ()
    assert [head.size for head in books.anchor.remembered() if head.origin == ORIGIN][-1] == 2


def test_an_older_anchor_that_is_put_back_learns_who_was_erased(books: Books) -> None:
    file = books.folder / "anchor.ndjson"
    mine = books.add_one()
    history = History(books.anchor)
    older = file.read_bytes()
    erase_one(books, mine)
    history.look(books.database)
    history.look(books.database)
    file.write_bytes(older)
    history.look(books.database)
    assert books.anchor.contents().erased == [Erased(ORIGIN, 0, mine.leaf)]


def test_one_thread_looks_at_a_time(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older look that ends after a newer one would tell a loss that was accepted meanwhile."""
    history, began, ended = History(books.anchor), list[float](), list[float]()

    def look(_self: History, _database: Database) -> None:
        began.append(monotonic())
        sleep(0.02)
        ended.append(monotonic())

    monkeypatch.setattr(History, "_look", look)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(history.look, [books.database] * 4))
    assert all(earlier <= later for earlier, later in zip(ended, began[1:], strict=False))
