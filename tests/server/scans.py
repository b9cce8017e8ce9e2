"""Reports in the database, for tests that need one there."""

from sqlalchemy.engine import Connection

from consentinel.scanner.report import Report
from consentinel.server.storage.scans import ScanRow, packed, save_packed


def save_scan(connection: Connection, site: str, report: Report, now: int) -> ScanRow:
    """Store a report as the server does."""
    return save_packed(connection, site, packed(report), now)
