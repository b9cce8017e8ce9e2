"""Reports of scans: stored once each, whole, and one of them approved for the banner."""

import hashlib
import zlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.scanner import report as reports
from consentinel.scanner.report import Report
from consentinel.server.storage import tables
from consentinel.server.storage.upsert import insert

_SCANS = tables.scans.c
_FACTS = (
    _SCANS.id,
    _SCANS.site,
    _SCANS.sha256,
    _SCANS.received_ms,
    _SCANS.approved_ms,
    _SCANS.approved_by,
)


@dataclass(frozen=True, kw_only=True)
class ScanRow:
    """What is known of a stored report beside its content; approved_ms is None where nobody approved it."""

    id: int
    site: str
    sha256: str
    received_ms: int
    approved_ms: int | None
    approved_by: str | None


@dataclass(frozen=True)
class Packed:
    """A report as it is stored. sha256: of its JSON; content: that, compressed."""

    sha256: str
    content: bytes


def packed(report: Report) -> Packed:
    """Return a report as it is stored; of a large one this takes a second."""
    data = reports.encode(report)
    return Packed(hashlib.sha256(data).hexdigest(), zlib.compress(data, 6))


def save_packed(connection: Connection, site: str, report: Packed, now: int) -> ScanRow:
    """Store a report; one with the same content is not stored twice, and the first one is returned."""
    values = {"site": site, "sha256": report.sha256, "report": report.content, "received_ms": now}
    connection.execute(insert(connection, tables.scans).values(values).on_conflict_do_nothing())
    return _row(connection.execute(_of(site).where(_SCANS.sha256 == report.sha256)).one())


def list_scans(connection: Connection, site: str, limit: int = 50, offset: int = 0) -> list[ScanRow]:
    """Return the stored reports of a site, the newest first."""
    rows = connection.execute(_of(site).order_by(_SCANS.id.desc()).limit(limit).offset(offset))
    return [_row(row) for row in rows]


def count_scans(connection: Connection, site: str) -> int:
    """Return how many reports of a site are stored."""
    count = sa.select(sa.func.count()).select_from(tables.scans).where(_SCANS.site == site)
    return connection.execute(count).scalar_one()


def load_scan(connection: Connection, site: str, scan_id: int) -> tuple[ScanRow, Report] | None:
    """Return a stored report of a site; None where it has no such."""
    return _found(connection, _whole(site).where(_SCANS.id == scan_id))


def latest_report(connection: Connection, site: str) -> tuple[ScanRow, Report] | None:
    """Return the report that came last; None where the site has none."""
    return _found(connection, _whole(site).order_by(_SCANS.id.desc()).limit(1))


def approved_report(connection: Connection, site: str) -> tuple[ScanRow, Report] | None:
    """Return the report that was approved last; None where none was."""
    return _found(connection, _newest_approved(_whole(site)))


def approved_scan(connection: Connection, site: str) -> ScanRow | None:
    """Return what is known of the report that was approved last, without reading it."""
    row = connection.execute(_newest_approved(_of(site))).first()
    return _row(row) if row is not None else None


def approve_scan(connection: Connection, site: str, scan_id: int, by: str, now: int) -> bool:
    """Approve a report for the banner and the declaration; say whether the site has it."""
    change = sa.update(tables.scans).where(_SCANS.site == site, _SCANS.id == scan_id)
    return bool(connection.execute(change.values(approved_ms=now, approved_by=by)).rowcount)


def _of(site: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(*_FACTS).where(_SCANS.site == site)


def _whole(site: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(*_FACTS, _SCANS.report).where(_SCANS.site == site)


def _newest_approved(query: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    approved = query.where(_SCANS.approved_ms.is_not(None))
    return approved.order_by(_SCANS.approved_ms.desc(), _SCANS.id.desc()).limit(1)


def _found(connection: Connection, query: sa.Select[tuple[object, ...]]) -> tuple[ScanRow, Report] | None:
    row = connection.execute(query).first()
    return (_row(row), reports.decode(zlib.decompress(row.report))) if row is not None else None


def _row(row: Row[tuple[object, ...]]) -> ScanRow:
    return ScanRow(
        id=row.id,
        site=row.site,
        sha256=row.sha256,
        received_ms=row.received_ms,
        approved_ms=row.approved_ms,
        approved_by=row.approved_by,
    )
