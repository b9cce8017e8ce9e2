"""One visitor's grants and what became of them: the records that have one subject, the last counts."""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Row

from consentinel.server.consent_events import ConsentEvent, granted_by
from consentinel.server.ledger.restore import refused_before_ms
from consentinel.server.proof_cookie import Proof, refusal
from consentinel.server.receipts import Receipt, receipt_of
from consentinel.server.storage.tables import leaves, payloads, records


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One record of kind "consent" whose event has not been erased. event: canonical JSON.

    in_doubt: a part of the ledger is lost that may have held its withdrawal (T35).
    """

    site: str
    id: bytes
    type: str
    subject: bytes | None
    received_ms: int
    expires_ms: int
    leaf: bytes
    event: bytes
    in_doubt: bool

    @property
    def said(self) -> ConsentEvent:
        """What its event says."""
        return msgspec.json.decode(self.event, type=ConsentEvent)

    @property
    def proof(self) -> Proof:
        """What it grants, and to whom; nothing where it is in doubt."""
        proof = granted_by(self.type, self.said, self.received_ms, self.expires_ms)
        return replace(refusal(proof) if self.in_doubt else proof, subject=self.subject)

    @property
    def receipt(self) -> Receipt:
        """Its receipt, which says the same each time."""
        return receipt_of(self)


_COLUMNS = (
    records.c.site,
    records.c.id,
    records.c.type,
    records.c.subject,
    records.c.received_ms,
    records.c.expires_ms,
    leaves.c.hash,
    payloads.c.event,
)
# From its first record on a chain is erased, the rest of a long one soon after (server/ledger/erasure.py).
_first = records.alias("first")
_ENDED = sa.exists().where(_first.c.id == records.c.subject, _first.c.erased.is_not(None))
_JOINED = records.join(payloads, payloads.c.record_id == records.c.id).join(
    leaves, sa.and_(leaves.c.shard_id == records.c.shard_id, leaves.c.position == records.c.position)
)


def consent(connection: Connection, site: str, record_id: bytes) -> Consent | None:
    """Return a record of a site; None for an unknown or erased one."""
    return _one(connection, records.c.site == site, records.c.id == record_id)


def latest(connection: Connection, site: str, subject: bytes) -> Consent | None:
    """Return the last record of a chain; None where there is none, or it has been erased."""
    return _one(connection, records.c.site == site, records.c.subject == subject)


def current(connection: Connection, found: Consent) -> Consent:
    """Return the record that counts now for the visitor of a record, which may be itself."""
    last = None if found.subject is None else latest(connection, found.site, found.subject)
    return last or found


def is_known(connection: Connection, site: str, record_id: bytes) -> bool:
    """Say whether there is a record, be it erased."""
    query = sa.select(records.c.seq).where(records.c.site == site, records.c.id == record_id)
    return connection.scalar(query) is not None


def then_and_now(connection: Connection, site: str, record_id: bytes) -> tuple[Consent, Consent] | None:
    """Return a record and the one that counts now for its visitor; None for an unknown or erased record."""
    found = consent(connection, site, record_id)
    return None if found is None else (found, current(connection, found))


def _one(connection: Connection, *where: sa.ColumnElement[bool]) -> Consent | None:
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(records.c.kind == "consent", ~_ENDED, *where)
    row = connection.execute(query.order_by(records.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else _consent(row, refused_before_ms(connection, row.site))


def _consent(row: Row[*tuple[Any, ...]], refused_before_ms: int) -> Consent:
    return Consent(
        site=row.site,
        id=bytes(row.id),
        type=row.type,
        subject=None if row.subject is None else bytes(row.subject),
        received_ms=row.received_ms,
        expires_ms=row.expires_ms,
        leaf=bytes(row.hash),
        event=bytes(row.event),
        in_doubt=row.received_ms < refused_before_ms,
    )
