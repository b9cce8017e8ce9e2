"""Proofs: that a record is in the tree of a checkpoint, and that one tree continues another."""

from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.scanner.plural import plural
from consentinel.server.errors import LedgerError
from consentinel.server.keys import Keys
from consentinel.server.ledger.checkpoint import is_signed_by, latest_checkpoint, note_key, signed_note
from consentinel.server.ledger.merkle import consistency_path, inclusion_path
from consentinel.server.ledger.shards import shard_by_id
from consentinel.server.ledger.tree_store import StoredTree
from consentinel.server.storage import tables

_RECORDS, _PAYLOADS = tables.records.c, tables.payloads.c
_RECORD: sa.Select[Any] = sa.select(
    *(_RECORDS.seq, _RECORDS.id, _RECORDS.shard_id, _RECORDS.position, _RECORDS.erased, _RECORDS.erased_by),
    *(_PAYLOADS.salt, _PAYLOADS.event),
).join_from(tables.records, tables.payloads, _PAYLOADS.record_id == _RECORDS.id, isouter=True)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verifier needs for one record, but for a reason to trust the public key. Hashes are in hex.

    leaf = SHA-256(0x00 || SHA-256("consentinel/1" || 0x00 || salt || event as RFC 8785 has it)). path: from
    the leaf up (RFC 6962, section 2.1.1). checkpoint: the signed note; its second line is the size of the
    tree. public_key: a C2SP verifier key. Of an erased record salt and event are gone: `erased` says why,
    and `tombstone` is the proof of the record that declares it.

    since: the older size that was asked for. consistency: proof that the tree goes on from what it was then
    (RFC 6962, section 2.1.2).
    """

    format: Literal["consentinel/proof/1"] = "consentinel/proof/1"
    id: str
    site: str
    origin: str
    index: int
    size: int
    leaf: str
    path: list[str]
    checkpoint: str
    public_key: str
    salt: str | None = None
    event: msgspec.Raw | None = None
    erased: str | None = None
    tombstone: "Proof | None" = None
    since: int | None = None
    consistency: list[str] | None = None


class NeverSoLargeError(LedgerError):
    """The tree of the record never had as many entries as were asked for."""


class Prover:
    """Proves what a site's ledger holds, within one reading transaction: each tree and note is made once."""

    def __init__(self, connection: Connection, keys: Keys, site: str) -> None:
        self._connection = connection
        self._keys = keys
        self._site = site
        self._trees = dict[int, _Tree]()

    def inclusion(self, record_id: bytes, since: int | None = None) -> Proof | None:
        """Return the proof of a record; None where the site has none of that id.

        It leads to the newest stored checkpoint, or to one of the tree as it is, where the record came later.
        since: how many entries its tree had when somebody kept a checkpoint; it is proved, too, that the tree
        goes on from there. Raises NeverSoLargeError, and LedgerError where the tree has lost what is needed.
        """
        query = _RECORD.where(_RECORDS.site == self._site, _RECORDS.id == record_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._of(row, since)

    def of_chain(self, record_id: bytes, after: int, number: int) -> tuple[list[Proof], int]:
        """Return proofs of what is recorded of the visitor of a record, the oldest first, and where to go on.

        after: 0, or what the call before has returned. number: of records at most; of fewer, that was all.
        Raises as `inclusion`.
        """
        rows = self._connection.execute(self._chain(record_id, after).limit(number)).all()
        return [self._of(row) for row in rows], rows[-1].seq if rows else after

    def _chain(self, record_id: bytes, after: int) -> sa.Select[Any]:
        mine = sa.and_(_RECORDS.site == self._site, _RECORDS.kind == "consent", _RECORDS.seq > after)
        subject = self._connection.execute(
            sa.select(_RECORDS.subject).where(_RECORDS.site == self._site, _RECORDS.id == record_id)
        ).scalar_one_or_none()
        same = _RECORDS.id == record_id if subject is None else _RECORDS.subject == subject
        return _RECORD.where(mine, same).order_by(_RECORDS.seq)

    def _of(self, row: Row[*tuple[Any, ...]], since: int | None = None) -> Proof:
        tree = self._tree(row.shard_id)
        size, note = tree.checkpoint(max(row.position + 1, since or 0))
        return Proof(
            id=row.id.hex(),
            site=self._site,
            origin=tree.shard.origin,
            index=row.position,
            size=size,
            leaf=tree.stored.leaf(row.position).hex(),
            path=_hex(inclusion_path(row.position, size, tree.stored.node)),
            checkpoint=note,
            public_key=tree.key.vkey,
            salt=None if row.salt is None else row.salt.hex(),
            event=None if row.event is None else msgspec.Raw(row.event),
            erased=row.erased,
            tombstone=None if row.erased_by is None else self.inclusion(row.erased_by),
            since=since,
            consistency=None if since is None else _hex(consistency_path(since, size, tree.stored.node)),
        )

    def _tree(self, shard_id: int) -> "_Tree":
        if shard_id not in self._trees:
            self._trees[shard_id] = _Tree(self._connection, self._keys, shard_id)
        return self._trees[shard_id]


class _Tree:
    """A shard, its nodes, and a checkpoint to which proofs lead. Raises LedgerError for an unknown shard."""

    def __init__(self, connection: Connection, keys: Keys, shard_id: int) -> None:
        shard = shard_by_id(connection, shard_id)
        if shard is None:
            raise LedgerError(f"there is no shard {shard_id}")
        self.shard = shard
        self.key = note_key(keys, shard.origin)
        self.stored = StoredTree(connection, shard_id)
        self._keys = keys
        latest = latest_checkpoint(connection, shard_id)
        is_own = latest is not None and is_signed_by(latest.note, self.key)
        self._told = (latest.size, latest.note) if latest and is_own else (0, "")

    def checkpoint(self, least: int) -> tuple[int, str]:
        """Return size and note of a checkpoint that is as large at least, signed with the key of now."""
        if self.shard.frontier.size < least:
            raise NeverSoLargeError(
                f"the tree of this record has {plural(self.shard.frontier.size, 'entry')}"
            )
        if self._told[0] < least:
            self._told = (self.shard.frontier.size, signed_note(self.shard.head, self._keys))
        return self._told


def _hex(path: list[bytes]) -> list[str]:
    return [piece.hex() for piece in path]


def inclusion(
    connection: Connection, keys: Keys, site: str, record_id: bytes, since: int | None = None
) -> Proof | None:
    """Return the proof of one record, as Prover.inclusion."""
    return Prover(connection, keys, site).inclusion(record_id, since)
