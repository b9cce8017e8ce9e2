"""A database that is put back to what it was, and what the ledger says of that."""

import errno
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa

from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import History, accept_losses, refused_before_ms
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import METADATA, payloads, records
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, START_MS, Books
from tests.server.ledger.tampering import unprotected

ORIGIN = f"ledger.example/{SITE}/2026Q4"
AHEAD_MS = START_MS + 3_650 * DAY_MS

MISSING = (
    "the anchor is missing: nothing outside of the database says that it is the newest: put the file back "
    "(a machine that is new beside others gets a copy of theirs), or run consentinel ledger accept-restore"
)


def without_anchor(books: Books) -> Books:
    """Return the ledger as a new process finds it whose anchor was deleted."""
    (books.folder / "anchor.ndjson").unlink()
    return Books(books.database, books.folder, books.clock)


def restored(books: Books) -> AbstractContextManager[None]:
    """Put the database back to what it was at the start of the block: that of a backup."""
    return backup_put_back(books.database)


@contextmanager
def backup_put_back(database: Database) -> Iterator[None]:
    """As `restored`."""
    with database.read() as connection:
        kept = {
            table: list(connection.execute(sa.select(table)).mappings()) for table in METADATA.sorted_tables
        }
    yield
    with database.write() as connection, unprotected(connection):
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sa.delete(table))
        for table, rows in kept.items():
            if rows:
                connection.execute(sa.insert(table), [dict(row) for row in rows])


def lost(books: Books) -> tuple[str, ...]:
    history = History(books.anchor)
    history.look(books.database)
    return history.losses


def accept(books: Books) -> list[str]:
    return accept_losses(books.database, books.ledger, books.anchor, by="tester")


def refused_before(books: Books, site: str) -> int:
    with books.database.read() as connection:
        return refused_before_ms(connection, site)


def lose_a_withdrawal(books: Books) -> Recorded:
    """Return a grant whose withdrawal is not in the database any more."""
    grant = books.add_one()
    books.fill(2, site=OTHER)
    with restored(books):
        books.clock.now_ms += 1_000
        books.add_one("withdrawn", after=grant)
    books.clock.now_ms += 1_000
    return grant


def lose_a_withdrawal_beside_a_wrong_clock(books: Books) -> Recorded:
    """As `lose_a_withdrawal`; a visitor of the other site came while the clock was years ahead."""
    books.clock.now_ms = AHEAD_MS
    books.add_one(site=OTHER)
    books.clock.now_ms = START_MS
    return lose_a_withdrawal(books)


def audits(books: Books, site: str) -> list[dict[str, object]]:
    query = (
        sa.select(payloads.c.event)
        .join(records, records.c.id == payloads.c.record_id)
        .where(records.c.site == site, records.c.kind == "audit")
    )
    with books.database.read() as connection:
        return [json.loads(event) for event in connection.execute(query).scalars()]


def crash(*args: object) -> None:
    raise ZeroDivisionError


def no_space(_file: LineFile, _lines: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
