"""Erasure: salt and content of records go, hashes stay, and a tombstone says so. On request, or by age.

Of the record its id, its place, the day, and the name by which a repeat of a posted choice is known stay.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from time import sleep
from typing import Any, Literal, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS
from consentinel.server.ledger.events import Json, NewEvent, own_event_id
from consentinel.server.ledger.shards import Erased, all_heads, heads_of
from consentinel.server.ledger.unfinished import Chain, drop_unfinished, keep_unfinished, unfinished
from consentinel.server.ledger.writer import Ledger
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import leaves, payloads, records, shards

T = TypeVar("T")
Reason = Literal["request", "retention"]
VISITOR, COMMAND_LINE, SERVER = "visitor", "command line", "server"
BATCH = 500
# Of a transaction while others wait: visitors, whose answers come first.
PRUNED_AT_ONCE = 100
ERASED_AT_ONCE = 250  # a visitor waits for it as well
_PAUSE_S = 0.05  # a lock that is taken again at once is never got by those who wait for it
_R, _L = records.c, leaves.c
_PRESENT = (
    sa.select(_R.id, _R.site, _R.event_id, _R.shard_id, _R.position, shards.c.origin, _L.hash)
    .join_from(records, shards, _R.shard_id == shards.c.id)
    .join(leaves, sa.and_(_L.shard_id == _R.shard_id, _L.position == _R.position))
    .where(_R.kind == "consent", _R.erased.is_(None))
)
_ERASABLE = (
    _PRESENT.order_by(_R.seq).with_for_update(
        of=records
    )  # of two that erase the same, the second finds nothing left
)
_FORGET = (
    sa.update(records)
    .where(_R.id == sa.bindparam("record"))
    .values(
        event_id=sa.bindparam("name"),
        type="erased",
        subject=None,
        expires_ms=None,
        received_ms=_R.received_ms - _R.received_ms % DAY_MS,
        erased=sa.bindparam("reason"),
        erased_by=sa.bindparam("tombstone"),
    )
)


class ErasableRow(NamedTuple):
    """A record of a visitor that has its content."""

    id: bytes
    site: str
    event_id: str
    shard_id: int
    position: int
    origin: str
    leaf: bytes


def erase(database: Database, ledger: Ledger, site: str, record_id: bytes, by: str) -> int:
    """Erase a record and all of its visitor's chain, durably; return how many.

    0: there is none, or it was erased before. by: who wants it. Nobody waits for a long chain: it goes in
    several transactions. From the first one on none of it is told to anybody, and nothing can follow it; what
    this leaves undone, `finish_erasures` does. Raises StorageError; it may be done then.
    """
    with database.read() as connection:
        query = sa.select(_R.subject).where(_R.site == site, _R.id == record_id)
        subject = connection.execute(query).scalar_one_or_none()
    return _erase_all(database, ledger, Chain(site, subject or record_id, by))


def finish_erasures(database: Database, ledger: Ledger) -> int:
    """Go on with erasures that a crash or an error has ended; return how many records that were.

    Those at which another thread is in this process are left to it. Raises StorageError.
    """
    with database.read() as connection:
        chains = [chain for chain in unfinished(connection) if chain.subject not in ledger.erasing]
    return sum(_erase_all(database, ledger, chain) for chain in chains)


def _erase_all(database: Database, ledger: Ledger, chain: Chain) -> int:
    erased = list[Erased]()
    ledger.erasing.add(chain.subject)
    try:
        for some in _requested_rounds(database, ledger, chain):
            erased += some
    finally:
        ledger.erasing.discard(chain.subject)
        if erased:
            ledger.freeing.soon()
            _remember(database, ledger, chain.site, erased)
    return len(erased)


def _remember(database: Database, ledger: Ledger, site: str, erased: Sequence[Erased]) -> None:
    with database.read() as connection:
        heads = heads_of(connection, site)
    ledger.remember(heads, erased)


def _requested_rounds(database: Database, ledger: Ledger, chain: Chain) -> Iterator[list[Erased]]:
    while True:
        with database.write() as connection:
            erased, is_left = erase_some(connection, ledger, chain)
        yield erased
        if not is_left:
            return
        sleep(_PAUSE_S)


def erase_some(connection: Connection, ledger: Ledger, chain: Chain) -> tuple[list[Erased], bool]:
    """Erase the oldest records of a chain, in a transaction of the caller, and say whether some are left.

    The first record of all is among them, which ends the chain (`erased_among`, server/chains.py). The caller
    tells `ledger.remember` what was erased once that is committed.
    """
    found = _rows(connection, _ERASABLE.where(*_in(chain)).limit(ERASED_AT_ONCE))
    if found:
        erase_rows(connection, ledger, found, "request", chain.by)
    is_left = bool(_rows(connection, _PRESENT.where(*_in(chain)).limit(1)))
    (keep_unfinished if is_left else drop_unfinished)(connection, chain)
    return [Erased(row.origin, row.position, row.leaf) for row in found], is_left


def _in(chain: Chain) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which records are a chain's; a refusal, which has no subject, is one of its own."""
    return _R.site == chain.site, sa.or_(_R.subject == chain.subject, _R.id == chain.subject)


def rows_of(connection: Connection, erased: Sequence[Erased]) -> list[ErasableRow]:
    """Return those of these entries that have their content (again).

    Where another entry is in the place of one that was erased, it is not returned.
    """
    found = list[ErasableRow]()
    for origin, entries in groupby(sorted(erased), key=lambda each: each.origin):
        for some in _parts(list(entries)):
            places = [each.position for each in some]
            query = _PRESENT.where(shards.c.origin == origin, _R.position.in_(places))
            wanted = set(some)
            rows = _rows(connection, query.order_by(_R.seq))
            found += [row for row in rows if Erased(row.origin, row.position, row.leaf) in wanted]
    return found


def erase_rows(
    connection: Connection, ledger: Ledger, found: Sequence[ErasableRow], reason: Reason, by: str
) -> None:
    """Erase records that are there; a tombstone for each shard. For a writing transaction."""
    ordered = sorted(found, key=lambda row: (row.shard_id, row.position))
    groups = [list(rows) for _, rows in groupby(ordered, key=lambda row: row.shard_id)]
    tombstones = ledger.append(connection, [_tombstone(rows, reason, by) for rows in groups])
    for rows, tombstone in zip(groups, tombstones, strict=True):
        gone = {"reason": reason, "tombstone": tombstone.id}
        for some in _parts(rows):
            ids = [row.id for row in some]
            connection.execute(sa.delete(payloads).where(payloads.c.record_id.in_(ids)))
            connection.execute(_FORGET, [{"record": row.id, "name": _name(row), **gone} for row in some])


def prune(connection: Connection, ledger: Ledger, now_ms: int, proof_days: int, by: str = SERVER) -> int:
    """Erase some of the records that have run out more than `proof_days` ago, the oldest first.

    A visitor's first record goes with whichever goes: what stays of a long chain is told to nobody, or it
    would be taken for the whole of what they said. Return how many; less than PRUNED_AT_ONCE where nothing is
    left. Raises StorageError.
    """
    oldest = _ERASABLE.order_by(None).order_by(_R.expires_ms, _R.seq).limit(PRUNED_AT_ONCE)
    found = _rows(connection, oldest.where(*_run_out(now_ms - proof_days * DAY_MS)))
    found += _beginnings(connection, [row.id for row in found])
    erase_rows(connection, ledger, found, "retention", by)
    return len(found)


def _beginnings(connection: Connection, ids: list[bytes]) -> list[ErasableRow]:
    """Return the first records of the visitors of these, where they are others."""
    own = records.alias("own")
    first = _PRESENT.join(own, sa.and_(own.c.site == _R.site, own.c.subject == _R.id))
    query = first.where(own.c.id.in_(ids), _R.id.not_in(ids)).order_by(_R.seq).with_for_update(of=records)
    return list({row.id: row for row in _rows(connection, query)}.values())


def count_prunable(connection: Connection, now_ms: int, proof_days: int) -> int:
    """Return how many records `prune` would erase, if it were called until nothing is left."""
    query = sa.select(sa.func.count()).select_from(records).where(_R.kind == "consent", _R.erased.is_(None))
    number: int = connection.execute(query.where(*_run_out(now_ms - proof_days * DAY_MS))).scalar_one()
    return number


def prune_all(database: Database, ledger: Ledger, now_ms: int, proof_days: int, by: str = SERVER) -> int:
    """Prune in small transactions, so that nobody waits long; return how many. Raises StorageError."""
    erased = sum(_rounds(database, ledger, now_ms, proof_days, by))
    if erased:
        with database.read() as connection:
            heads = all_heads(connection)
        ledger.remember(heads)
    return erased


def _rounds(database: Database, ledger: Ledger, now_ms: int, proof_days: int, by: str) -> Iterator[int]:
    while True:
        with database.write() as connection:
            number = prune(connection, ledger, now_ms, proof_days, by)
        yield number
        if number < PRUNED_AT_ONCE:
            return
        sleep(_PAUSE_S)


def _rows(connection: Connection, query: sa.Select[Any]) -> list[ErasableRow]:
    return [ErasableRow(*row) for row in connection.execute(query)]


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _name(row: ErasableRow) -> str:
    """Return the event_id that stays: of a withdrawal by receipt another one, as its own names the grant."""
    return f"e{row.id.hex()}" if row.event_id.startswith("w") else row.event_id


def _run_out(limit_ms: int) -> list[sa.ColumnElement[bool]]:
    """Say which records are old enough: only where the whole chain is, as the newest entry decides on all."""
    chain = records.alias("chain")
    later = (
        sa.select(1)
        .where(
            chain.c.site == _R.site,
            chain.c.subject == _R.subject,
            chain.c.expires_ms >= limit_ms,
        )
        .exists()
    )
    return [_R.expires_ms < limit_ms, sa.not_(later)]


def _tombstone(rows: Sequence[ErasableRow], reason: Reason, by: str) -> NewEvent:
    ranges: list[Json] = [*_ranges([row.position for row in rows])]
    return NewEvent(
        site=rows[0].site,
        kind="tombstone",
        type="erased",
        event_id=own_event_id(),
        body={"origin": rows[0].origin, "positions": ranges, "reason": reason, "by": by},
    )


def _ranges(positions: Sequence[int]) -> list[list[Json]]:
    """Return sorted positions as pairs of the first and the last one of each run."""
    runs = groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0])
    members = ([position for _, position in run] for _, run in runs)
    return [[run[0], run[-1]] for run in members]
