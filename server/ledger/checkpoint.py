"""Checkpoints: signed statements of what a tree was. Whoever keeps one notices when history is rewritten."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.clock import Clock
from consentinel.server.errors import LedgerError
from consentinel.server.keys import Keys
from consentinel.server.ledger.notes import CheckpointText, NoteKey, sign_note, verify_note
from consentinel.server.ledger.shards import Head, HeadKeeper, shard_by_id
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from consentinel.server.storage.upsert import insert

_CHECKPOINTS, _SHARDS = tables.checkpoints.c, tables.shards.c
_MS_AN_HOUR = 3_600_000
# Shards in one transaction: each takes a signature, and records wait for them meanwhile.
_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint as it is stored. note: signed by the server's key, under the name of the origin."""

    shard_id: int
    origin: str
    size: int
    root: bytes
    note: str
    created_ms: int

    @property
    def head(self) -> Head:
        """What the tree was."""
        return Head(self.origin, self.size, self.root)


def note_key(keys: Keys, origin: str) -> NoteKey:
    """Return the public key as the checkpoints of a shard name it."""
    return NoteKey(origin, keys.public)


def signed_note(head: Head, keys: Keys) -> str:
    """Return the signed note of a head; the same head gives the same note (Ed25519)."""
    text = CheckpointText(head.origin, head.size, head.root).format()
    return sign_note(text, head.origin, keys.signing)


def make_checkpoint(connection: Connection, shard_id: int, keys: Keys, clock: Clock) -> Checkpoint:
    """Store a checkpoint of a shard as it is, and return it; the one that is there, where it has not grown.

    For a writing transaction. It takes the place of those of the same hour: a busy site would have half a
    million a year, and each older size can be shown to be how the tree began (proofs.Prover). Raises
    LedgerError for a shard that is not there.
    """
    shard = shard_by_id(connection, shard_id)
    if shard is None:
        raise LedgerError(f"there is no shard {shard_id}")
    head = shard.head
    latest = latest_checkpoint(connection, shard_id)
    if latest is not None and latest.size == head.size:
        return latest
    new = {"size": head.size, "root": head.root, "note": signed_note(head, keys), "created_ms": clock()}
    made = insert(connection, tables.checkpoints).values(shard_id=shard_id, **new)
    connection.execute(made.on_conflict_do_nothing())
    connection.execute(_superseded(shard_id, head.size, clock()))
    return Checkpoint(shard_id=shard_id, origin=head.origin, **new)  # type: ignore[arg-type]  # by name, as above


def _superseded(shard_id: int, size: int, now_ms: int) -> sa.Delete:
    """Return what deletes the checkpoints of this hour but for the new one."""
    of_this_hour = _CHECKPOINTS.created_ms >= now_ms - now_ms % _MS_AN_HOUR
    return sa.delete(tables.checkpoints).where(
        _CHECKPOINTS.shard_id == shard_id, _CHECKPOINTS.size < size, of_this_hour
    )


def is_signed_by(note: str, key: NoteKey) -> bool:
    """Say whether this key has signed the note."""
    try:
        verify_note(note, key)
    except LedgerError:
        return False
    return True


def latest_checkpoint(connection: Connection, shard_id: int) -> Checkpoint | None:
    """Return the newest stored checkpoint of a shard; None before the first."""
    query = _SELECT.where(_CHECKPOINTS.shard_id == shard_id).order_by(_CHECKPOINTS.size.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _checkpoint(row)


def checkpoints_of(connection: Connection, site: str) -> list[Checkpoint]:
    """Return all stored checkpoints of a site, by shard and size."""
    query = _SELECT.where(_SHARDS.site == site).order_by(
        _SHARDS.period, _SHARDS.generation, _CHECKPOINTS.size
    )
    return [_checkpoint(row) for row in connection.execute(query)]


def grown_shards(connection: Connection) -> list[int]:
    """Return the ids of the shards that have more leaves than their newest checkpoint."""
    newest = (
        sa.select(sa.func.max(_CHECKPOINTS.size)).where(_CHECKPOINTS.shard_id == _SHARDS.id).scalar_subquery()
    )
    query = sa.select(_SHARDS.id).where(_SHARDS.size > sa.func.coalesce(newest, 0)).order_by(_SHARDS.id)
    return list(connection.execute(query).scalars())


def checkpoint_all(
    database: Database, keys: Keys, clock: Clock, anchor: HeadKeeper | None = None
) -> list[Checkpoint]:
    """Make a checkpoint of each shard that has grown, and let the anchor remember them.

    A few in each transaction, so that records do not wait for all of them. Raises StorageError, LedgerError,
    and what the anchor raises.
    """
    with database.read() as connection:
        grown = grown_shards(connection)
    made = list[Checkpoint]()
    for start in range(0, len(grown), _AT_ONCE):
        with database.write() as connection:
            made += [
                make_checkpoint(connection, shard, keys, clock) for shard in grown[start : start + _AT_ONCE]
            ]
    if anchor is not None and made:
        anchor.remember([checkpoint.head for checkpoint in made])
    return made


_SELECT = sa.select(tables.checkpoints, _SHARDS.origin).join(tables.shards)


def _checkpoint(row: Row[*tuple[object, ...]]) -> Checkpoint:
    return Checkpoint(**row._mapping)
