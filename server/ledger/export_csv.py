"""The consents of a site as CSV (RFC 4180), for people: no proof is in it. No cell starts a formula (T10)."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy.engine import Connection

from consentinel.scanner.rendering.escaping import csv_cell
from consentinel.server.ledger.events import timestamp
from consentinel.server.ledger.export import Entry, export_entries
from consentinel.server.ledger.shards import Shard

_OF_THE_EVENT = (
    "server_ts",
    "type",
    "functional",
    "performance",
    "targeting",
    "method",
    "regime",
    "locale",
    "version",
    "gpc",
    "verified",
    "expires_at",
    "id",
    "subject_ref",
    "banner_hash",
    "purposes_hash",
)
_DATE = len("2026-01-01")
COLUMNS = (*_OF_THE_EVENT, "shard", "position", "erased")


def export_csv(connection: Connection, site: str) -> Iterator[str]:
    """Yield the rows, each with its end, the header first; of an erased consent place, day and reason.

    connection: of a reading transaction. Raises LedgerError for a site without records.
    """
    yield _row(dict(zip(COLUMNS, COLUMNS, strict=True)))
    for shard, entry in export_entries(connection, site):
        if entry.kind == "consent":
            yield _row(_cells(shard, entry))


def _cells(shard: Shard, entry: Entry) -> dict[str, str]:
    place = {"shard": shard.origin, "position": str(entry.position), "erased": entry.erased or ""}
    if entry.event is None:
        return {"server_ts": timestamp(entry.received_ms)[:_DATE], "type": "erased", **place}
    event = json.loads(entry.event)
    values = {**event, **event.get("choices", {})}
    return {name: _text(values.get(name)) for name in _OF_THE_EVENT} | place


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _row(cells: dict[str, str]) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow({column: csv_cell(text) for column, text in cells.items()})
    return target.getvalue()
