"""Exports: verified by the stand-alone verifier, and by it alone refused where anything was changed."""

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from consentinel.server.errors import LedgerError
from consentinel.server.ledger import export as export_module
from consentinel.server.ledger import verify
from consentinel.server.ledger.checkpoint import signed_note
from consentinel.server.ledger.export import export_site
from consentinel.server.ledger.shards import Head, heads_of
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, Books, erase_one
from tests.server.ledger.verifying import (
    INVALID,
    UNREADABLE,
    VALID,
    exported,
    keep_notes,
    lively,
    receipt_for,
    status,
)

# --- what is right is valid ---


def test_an_export_is_valid(books: Books) -> None:
    lively(books)
    books.fill(3, site=OTHER)
    found = status(exported(books), key=books.keys.public_bytes.hex())
    assert found == (VALID, f"{SITE}: 11 entries in 2 shards, 2 erased (request)\n{verify._COMPLETE}")
    assert status(exported(books, OTHER))[0] == VALID


def test_the_same_ledger_gives_the_same_bytes(books: Books) -> None:
    lively(books)
    assert exported(books) == exported(books)


def test_pages_make_no_difference(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.fill(10)
    whole = exported(books)
    monkeypatch.setattr(export_module, "_PAGE", export_module._PAGE.limit(3))
    assert exported(books) == whole


def write_beside(books: Books, gone: Recorded) -> None:
    books.fill(5)
    erase_one(books, gone)


def test_it_is_one_state_while_others_write(books: Books) -> None:
    first = books.add_one()
    with books.database.read() as connection:
        lines = export_site(connection, books.keys, SITE)
        head = next(lines)
        writer = Thread(target=write_beside, args=(books, first))
        writer.start()
        writer.join(20)
        assert not writer.is_alive(), "a reader stops the writers"
        data = head + b"".join(lines)
    assert status(data) == (VALID, f"{SITE}: 1 entry in 1 shard\n{verify._COMPLETE}")
    assert status(exported(books))[0] == VALID


def test_a_site_without_records_is_told(books: Books) -> None:
    with pytest.raises(LedgerError, match=r"nobody\.example: the ledger has no records"):
        exported(books, "nobody.example")


def test_lost_content_is_told_and_never_left_out(books: Books) -> None:
    books.fill(2)
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads))
    with pytest.raises(LedgerError, match="the content of entry 0 is missing: run consentinel ledger verify"):
        exported(books)


# --- what is wrong is not ---


@pytest.fixture
def small(sqlite_database: Database, tmp_path: Path) -> tuple[Books, bytes]:
    books = Books(sqlite_database, tmp_path)
    books.fill(1)
    erase_one(books, books.add_one())
    return books, exported(books)


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_no_byte_may_change(small: tuple[Books, bytes], flip: int) -> None:
    books, data = small
    key = books.keys.public_bytes.hex()
    assert status(data, key=key)[0] == VALID
    unseen = [at for at in range(len(data)) if status(flipped(data, at, flip), key=key)[0] == VALID]
    assert unseen == []


def flipped(data: bytes, at: int, flip: int) -> bytes:
    return data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]


def test_no_byte_may_be_missing_or_more(small: tuple[Books, bytes]) -> None:
    _, data = small
    assert all(status(data[:end])[0] != VALID for end in range(0, len(data), 3))
    assert all(status(data[:at] + data[at + 1 :])[0] != VALID for at in range(0, len(data), 3))
    assert all(status(data + more)[0] != VALID for more in (b"\n", b"{}\n", b" ", b"\0"))


def test_no_line_may_be_missing_doubled_or_elsewhere(small: tuple[Books, bytes]) -> None:
    _, data = small
    lines = data.splitlines(keepends=True)
    for at, line in enumerate(lines):
        assert status(b"".join([*lines[:at], *lines[at + 1 :]]))[0] != VALID
        assert status(b"".join([*lines[:at], line, line, *lines[at + 1 :]]))[0] != VALID
        assert status(b"".join([*lines[:at], *lines[at + 1 :], line]))[0] != VALID or at == len(lines) - 1


def tampered(data: bytes, number: int, **fields: Any) -> bytes:
    """Return an export of which one line has other fields; None takes one away."""
    lines = data.splitlines()
    changed = json.loads(lines[number]) | fields
    lines[number] = verify.canonical({key: value for key, value in changed.items() if value is not None})
    return b"".join(line + b"\n" for line in lines)


def test_content_that_is_missing_without_a_tombstone_is_told(small: tuple[Books, bytes]) -> None:
    _, data = small
    hidden = tampered(data, 1, event=None, salt=None, erased="request")
    assert status(hidden)[1] == (
        f"entry ('ledger.example/{SITE}/2026Q4', 0): its content is missing, tombstones say something else"
    )
    assert "tombstones say something else" in status(tampered(data, 2, erased="retention"))[1]


def test_another_key_than_the_given_one_is_told(small: tuple[Books, bytes]) -> None:
    _, data = small
    assert "another public key" in status(data, key="07" * 32)[1]


def test_an_export_that_is_signed_anew_is_valid_only_with_its_own_key(
    small: tuple[Books, bytes], tmp_path: Path
) -> None:
    books, _ = small
    forger = Books(books.database, tmp_path / "forger")
    data = exported(forger)
    assert status(data)[0] == VALID
    assert status(data, key=books.keys.public_bytes.hex())[0] == INVALID


# --- older checkpoints ---


def test_it_goes_on_from_older_checkpoints(books: Books, tmp_path: Path) -> None:
    books.fill(2, site=OTHER)
    notes = list[Path]()
    for number in range(4):
        books.fill(number + 1)
        notes.append(keep_notes(books, tmp_path / f"{number}.txt", (SITE, OTHER)))
    assert status(exported(books), notes=notes)[0] == VALID


def test_a_rewritten_history_is_told(books: Books, tmp_path: Path) -> None:
    """Two views of one ledger, each valid for itself: an older checkpoint tells them apart."""
    books.fill(3)
    with books.database.read() as connection:
        (head,) = heads_of(connection, SITE)
    other = Head(head.origin, 2, bytes(32))
    file = tmp_path / "note.txt"
    file.write_text(signed_note(other, books.keys), "utf-8")
    code, told = status(exported(books), notes=[file])
    assert (code, told) == (INVALID, f"{head.origin}: entries up to 1 are not those of a checkpoint given")


def test_entries_that_were_cut_off_are_told(books: Books, tmp_path: Path) -> None:
    books.fill(2)
    before = exported(books)
    books.fill(1)
    note = keep_notes(books, tmp_path / "note.txt")
    assert "some were cut off" in status(before, notes=[note])[1]


def test_a_shard_that_was_left_out_is_told(books: Books, tmp_path: Path) -> None:
    books.fill(2)
    before = exported(books)
    books.clock.now_ms += 100 * DAY_MS
    books.fill(1)
    note = keep_notes(books, tmp_path / "note.txt")
    assert status(before, notes=[note])[0] == INVALID


def test_checkpoints_of_other_sites_or_keys_prove_nothing(books: Books, tmp_path: Path) -> None:
    books.fill(1)
    books.fill(1, site=OTHER)
    foreign = keep_notes(books, tmp_path / "other.txt", (OTHER,))
    assert status(exported(books), notes=[foreign]) == (
        UNREADABLE,
        f"no checkpoint that was given is of {SITE}",
    )
    unsigned = tmp_path / "unsigned.txt"
    unsigned.write_text(foreign.read_text("utf-8").replace("\n1\n", "\n2\n"), "utf-8")
    assert status(exported(books), notes=[unsigned])[0] == INVALID
    empty = tmp_path / "empty.txt"
    empty.write_text("", "utf-8")
    assert status(exported(books), notes=[empty])[0] == UNREADABLE


# --- receipts ---


def test_receipts_are_found_also_of_what_was_erased(books: Books) -> None:
    chain, gone = lively(books), books.add_one()
    receipts = [receipt_for(books, record) for record in (*chain, gone)]
    erase_one(books, gone)
    assert status(exported(books), receipts=receipts)[0] == VALID


def test_a_receipt_that_is_not_in_the_export_is_told(books: Books) -> None:
    first = books.add_one()
    before = exported(books)
    later, elsewhere = books.add_one(), books.add_one(site=OTHER)
    assert "is not in the export" in status(before, receipts=[receipt_for(books, later)])[1]
    assert "is not in the export" in status(exported(books), receipts=[receipt_for(books, elsewhere)])[1]
    genuine = receipt_for(books, first)
    changed = ("A" if genuine[0] != "A" else "B") + genuine[1:]
    assert status(before, receipts=[changed]) == (INVALID, "a receipt is not signed with the public key")
    for text in ("", "none", genuine[: len(genuine) // 2], genuine[:-2], genuine + "AA"):
        code, told = status(before, receipts=[text])
        assert (code, told.startswith("a receipt is not")) == (INVALID, True)
