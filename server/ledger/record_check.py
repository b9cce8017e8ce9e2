"""A record against its event: the columns by which the server decides say what the tree commits to."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.ledger.events import timestamp
from consentinel.server.ledger.export import Entry
from consentinel.server.ledger.shards import Shard
from consentinel.server.states import rfc3339
from consentinel.server.storage.tables import records


class _Event(msgspec.Struct):
    """What of an event stands in the columns of its record."""

    id: str
    site: str
    kind: str
    type: str
    event_id: str
    server_ts: str
    subject_ref: str | None = None
    expires_at: str | None = None


def differing(shard: Shard, entry: Entry) -> list[str]:
    """Return the columns that say otherwise than the event of an entry, which has its content.

    Of `expires_ms` an event tells the second. Raises msgspec.DecodeError for what is no event.
    """
    event = msgspec.json.decode(entry.event, type=_Event)
    pairs: dict[str, tuple[Any, Any]] = {
        "id": (entry.id.hex(), event.id),
        "site": ((entry.site, shard.site), (event.site, event.site)),
        "kind": (entry.kind, event.kind),
        "type": (entry.type, event.type),
        "event_id": (entry.event_id, event.event_id),
        "subject": (None if entry.subject is None else entry.subject.hex(), event.subject_ref),
        "received_ms": (timestamp(entry.received_ms), event.server_ts),
        "expires_ms": (None if entry.expires_ms is None else rfc3339(entry.expires_ms), event.expires_at),
    }
    return [name for name, (column, said) in pairs.items() if column != said]


def out_of_order(connection: Connection) -> int:
    """Return how many records follow a later one of their visitor, of whom the last record counts."""
    before = sa.func.lag(records.c.seq).over(
        partition_by=(records.c.site, records.c.subject),
        order_by=(records.c.received_ms, records.c.position),
    )
    chains = sa.select(records.c.seq, before.label("before")).where(records.c.subject.is_not(None))
    ordered = chains.subquery()
    query = sa.select(sa.func.count()).select_from(ordered).where(ordered.c.before > ordered.c.seq)
    return int(connection.execute(query).scalar_one())
