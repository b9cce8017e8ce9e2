"""What is known of a record once it is there, and how it is found again."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection, Row

from consentinel.server.ledger.statements import Statement

# A join, as SQLite searches no index for `(site, event_id) IN (VALUES …)`.
_FIND = Statement(
    "WITH asked (site, event_id) AS (VALUES",
    2,
    ") SELECT r.id, r.site, r.type, r.event_id, r.subject, r.received_ms, r.shard_id, r.position, l.hash "
    "FROM asked JOIN records r ON r.site = asked.site AND r.event_id = asked.event_id "
    "JOIN leaves l ON l.shard_id = r.shard_id AND l.position = r.position",
)

_ERASED = Statement("SELECT id FROM records WHERE erased IS NOT NULL AND id IN (", 1, ")")


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A record. repeated: it had been there before; then an erased one has no subject any more.

    receipt: what its visitor gets, as text; '' where whoever recorded it gives none.
    """

    id: bytes
    site: str
    type: str
    subject: bytes | None
    received_ms: int
    shard_id: int
    position: int
    leaf: bytes
    repeated: bool = False
    receipt: str = ""

    @property
    def continues(self) -> bool:
        """Whether it follows a grant of the same visitor: losing it could revive that consent."""
        return self.type == "withdrawn" or self.subject not in {None, self.id}


def find_recorded(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Recorded]:
    """Return the records that are there of these pairs of site and event_id."""
    return {(row.site, row.event_id): _recorded(row) for row in _FIND.read(connection, keys)}


def erased_among(connection: Connection, ids: Iterable[bytes]) -> set[bytes]:
    """Return those ids of records that are erased: a chain is, where its first record is."""
    return {bytes(row.id) for row in _ERASED.read(connection, [(each,) for each in ids])}


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        id=row.id,
        site=row.site,
        type=row.type,
        subject=row.subject,
        received_ms=row.received_ms,
        shard_id=row.shard_id,
        position=row.position,
        leaf=row.hash,
    )
