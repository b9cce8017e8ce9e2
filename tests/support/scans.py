"""Running real scans of local sites in tests, and comparing what they found with a table."""

from fnmatch import fnmatchcase
from typing import Any

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.scan import ScanResult
from tests.sites.expected import Expected
from tests.support.scanning import scan_url

# Session replay and fingerprinting get their collectors with a later issue.
COLLECTED = frozenset({"cookie", "storage", "request", "pixel", "beacon", "script", "frame", "captcha"})


def scan_site(start: str, server: LoopbackServer, **settings: Any) -> ScanResult:
    """Scan a local site through `--resolve`, with the first page not watched unless `watch_s` says so."""
    return scan_url(server, start, **settings)


def missing(report: Report, table: tuple[Expected, ...]) -> list[str]:
    """Return the rows of the table that the report does not have, in a form for people."""
    rows = (row for row in table if row.kind in COLLECTED)
    return [_row(row) for row in rows if not any(is_expected(row, finding) for finding in report.findings)]


def is_expected(row: Expected, finding: Finding) -> bool:
    """Say whether a finding is the thing in the row: kind, host, name, writer, states and category."""
    return (
        row.kind == finding.kind
        and row.host == finding.host
        and _alike(row.name, finding.name)
        and (row.category is None or row.category == finding.category)
        and _written_by(row, finding)
        and set(row.states) == set(finding.states)
    )


def _alike(expected: str, name: str) -> bool:
    return fnmatchcase(name, expected) or fnmatchcase(expected, name)


def _written_by(row: Expected, finding: Finding) -> bool:
    """Who wrote a stored item has to be right; who asked for a request is named where the browser knows."""
    if row.writer is None or row.kind not in ("cookie", "storage"):
        return True
    return finding.writer is not None and _alike(row.writer, finding.writer.url.partition("?")[0])


def _row(row: Expected) -> str:
    return f"{row.kind} {row.name} @ {row.host} ({row.category}) < {row.writer} in {'+'.join(row.states)}"
