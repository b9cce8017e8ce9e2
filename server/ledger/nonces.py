"""Challenges that have been used: each stands for one record (T17)."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS
from consentinel.server.ledger.statements import Statement, insertion
from consentinel.server.storage import tables

# Longer than any challenge is valid, so that no nonce is forgotten while it could be used again.
KEPT_MS = DAY_MS
_FIND = Statement("SELECT nonce FROM challenges WHERE nonce IN (", 1, ")")
_KEEP = insertion("challenges", "nonce", "expires_ms")


def used_nonces(connection: Connection, nonces: Collection[bytes]) -> set[bytes]:
    """Return those of the nonces that have been used."""
    return {row.nonce for row in _FIND.read(connection, [(nonce,) for nonce in nonces])}


def keep_nonces(connection: Connection, nonces: Collection[bytes], now_ms: int) -> None:
    """Remember that these nonces have been used; StorageError follows for one that had been."""
    _KEEP.write(connection, [(nonce, now_ms + KEPT_MS) for nonce in sorted(nonces)])


def forget_nonces(connection: Connection, now_ms: int) -> int:
    """Delete the nonces of challenges that have run out by themselves; return how many."""
    query = sa.delete(tables.challenges).where(tables.challenges.c.expires_ms <= now_ms)
    return connection.execute(query).rowcount
