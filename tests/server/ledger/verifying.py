"""What the stand-alone verifier says of exports and proofs, and a ledger with a bit of everything."""

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec

from consentinel.server.ledger import verify
from consentinel.server.ledger.checkpoint import signed_note
from consentinel.server.ledger.export import export_site
from consentinel.server.ledger.proofs import inclusion
from consentinel.server.ledger.shards import heads_of
from consentinel.server.ledger.writer import Recorded
from consentinel.server.receipts import make_receipt, receipt_of
from tests.server.ledger.histories import DAY_MS, SITE, Books, erase_one

INVALID, UNREADABLE, VALID = 1, 2, 0


def exported(books: Books, site: str = SITE) -> bytes:
    with books.database.read() as connection:
        return b"".join(export_site(connection, books.keys, site))


def status(
    data: bytes, *, key: str = "", notes: Sequence[Path] = (), receipts: Sequence[str] = ()
) -> tuple[int, str]:
    """Return the exit status of the verifier and what it says."""
    options = argparse.Namespace(public_key=key, checkpoint=list(map(str, notes)), receipt=list(receipts))
    try:
        return VALID, "\n".join(verify.verify(io.BytesIO(data), options))
    except (verify.InvalidError, *verify._MALFORMED) as error:
        return INVALID, str(error)
    except verify.UnreadableError as error:
        return UNREADABLE, str(error)


def lively(books: Books) -> list[Recorded]:
    """Fill a ledger with a bit of everything, in two quarters; return the records of one visitor."""
    books.fill(2)
    first = books.add_one()
    gone = books.add_one()
    changed = books.add_one("changed", after=first)
    erase_one(books, gone)
    books.clock.now_ms += 100 * DAY_MS
    erase_one(books, books.fill(3)[1])
    return [first, changed, books.add_one("withdrawn", after=first)]


def keep_notes(books: Books, file: Path, sites: Sequence[str] = (SITE,)) -> Path:
    with books.database.read() as connection:
        heads = [head for site in sites for head in heads_of(connection, site)]
    file.write_text("".join(signed_note(head, books.keys) for head in heads), "utf-8")
    return file


def receipt_for(books: Books, record: Recorded) -> str:
    return make_receipt(books.keys, receipt_of(record))


def proof_of(books: Books, record: Recorded, since: int | None = None) -> bytes:
    with books.database.read() as connection:
        proof = inclusion(connection, books.keys, record.site, record.id, since)
    return msgspec.json.format(msgspec.json.encode(proof))
