"""The ledger of a site as lines of JSON, for verify.py: every leaf, what it commits to, and signed roots.

The format is consentinel/ledger/1, see docs/ledger.md. Each line is canonical JSON (RFC 8785), so that no
byte can be another one. The same ledger gives the same bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
import rfc8785
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.errors import LedgerError
from consentinel.server.keys import Keys
from consentinel.server.ledger.checkpoint import signed_note
from consentinel.server.ledger.merkle import Frontier
from consentinel.server.ledger.proofs import Proof, Prover
from consentinel.server.ledger.shards import Head, Shard, shards_of
from consentinel.server.storage.tables import leaves, payloads, records

FORMAT = "consentinel/ledger/1"
PAGE = 2_000
PROOFS_A_PAGE = 500
# Around the pages of `subject_page`, as Proofs is written.
PROOFS_BEGIN, PROOFS_END = b'{"format":"consentinel/proofs/1","proofs":[', b"]}"
_L, _R, _P = leaves.c, records.c, payloads.c
_AT = sa.and_(_R.shard_id == _L.shard_id, _R.position == _L.position)
_OF_RECORD = (_R.id, _R.site, _R.kind, _R.type, _R.event_id, _R.subject)
_TIMES = (_R.received_ms, _R.expires_ms, _R.erased)
_PAGE = (
    sa.select(_L.position, _L.hash, *_OF_RECORD, *_TIMES, _P.salt, _P.event)
    .join_from(leaves, records, _AT, isouter=True)
    .join(payloads, _P.record_id == _R.id, isouter=True)
    .where(_L.shard_id == sa.bindparam("shard"), _L.position >= sa.bindparam("first"))
    .order_by(_L.position)
    .limit(PAGE)
)
Entry = Row[*tuple[Any, ...]]


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """All records of one visitor, each with its proof: what a data subject gets. verify.py reads it, too."""

    format: Literal["consentinel/proofs/1"] = "consentinel/proofs/1"
    proofs: list[Proof]


def export_site(connection: Connection, keys: Keys, site: str) -> Iterator[bytes]:
    """Yield the lines of an export, each with its end: a header, then each shard and its checkpoint.

    connection: of a reading transaction, which is one state of the ledger; writers do not wait for it. Raises
    LedgerError for a site without records, and where the ledger has lost what it has to export.
    """
    shards = _shards(connection, site)
    sizes = [{"origin": shard.origin, "size": shard.frontier.size} for shard in shards]
    yield _line({"format": FORMAT, "public_key": keys.public_bytes.hex(), "shards": sizes, "site": site})
    for shard in shards:
        frontier = Frontier()
        for page in pages(connection, shard):
            frontier, _ = frontier.extend(entry.hash for entry in page)
            yield b"".join(_leaf(shard, entry) for entry in page)
        if frontier != shard.frontier:
            raise LedgerError(f"{shard.origin}: leaves are missing or changed: run consentinel ledger verify")
        head = Head(shard.origin, frontier.size, frontier.root())
        yield _line({"checkpoint": signed_note(head, keys)})


def export_entries(connection: Connection, site: str) -> Iterator[tuple[Shard, Entry]]:
    """Yield each entry of a site with its shard, as `export_site` reads them. Raises as it does."""
    for shard in _shards(connection, site):
        for page in pages(connection, shard):
            yield from ((shard, entry) for entry in page)


def pages(connection: Connection, shard: Shard) -> Iterator[list[Entry]]:
    """Yield the entries of a shard in order, some thousand at a time, with what is left of their records."""
    first = 0
    while found := connection.execute(_PAGE, {"shard": shard.id, "first": first}).all():
        yield list(found)
        first = found[-1].position + 1


def subject_page(
    connection: Connection, keys: Keys, site: str, record_id: bytes, after: int = 0
) -> tuple[bytes, int]:
    """Return proofs of the visitor of one record, the oldest first, as the inside of a JSON list.

    after: 0, or the number that came with the page before; b"" says that nothing is left. In pages, so that
    neither memory nor a transaction has to hold all of a long chain. Raises LedgerError.
    """
    proofs, last = Prover(connection, keys, site).of_chain(record_id, after, PROOFS_A_PAGE)
    return b",".join(map(msgspec.json.encode, proofs)), last


def _shards(connection: Connection, site: str) -> list[Shard]:
    shards = shards_of(connection, site)
    if not shards:
        raise LedgerError(f"{site}: the ledger has no records of this site")
    return shards


def _leaf(shard: Shard, entry: Entry) -> bytes:
    place = b'"hash":"%s","position":%d' % (entry.hash.hex().encode(), entry.position)
    if entry.event is not None:
        return b'{"event":%s,%s,"salt":"%s"}\n' % (entry.event, place, entry.salt.hex().encode())
    if entry.erased is None:
        raise LedgerError(
            f"{shard.origin}: the content of entry {entry.position} is missing: run consentinel ledger verify"
        )
    return b'{"erased":"%s",%s}\n' % (entry.erased.encode(), place)


def _line(value: Mapping[str, Any]) -> bytes:
    return rfc8785.dumps(dict(value)) + b"\n"
