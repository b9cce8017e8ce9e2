"""Whole scans of the sites in tests/sites, and short questions about what they found."""

import asyncio
from collections.abc import Sequence
from typing import Any

from consentinel.scanner.collectors import COLLECTORS, CollectorFactory
from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.scan import ScanResult, scan
from consentinel.scanner.settings import ScanSettings

LIMIT_S = 150.0


def scan_url(
    server: LoopbackServer, url: str, *, collectors: Sequence[CollectorFactory] = COLLECTORS, **settings: Any
) -> ScanResult:
    """Scan `url` with every host name brought to `server`; unwatched unless `watch_s` says more."""
    options: dict[str, Any] = {"resolve": (f"*=127.0.0.1:{server.port}",), "insecure": True, "watch_s": 0.0}
    chosen = ScanSettings(**(options | settings))
    return asyncio.run(asyncio.wait_for(scan([url], chosen, collectors=collectors), LIMIT_S))


def found(report: Report, kind: str, name: str) -> Finding:
    """Return the one finding of that kind and name; fail with what there is instead."""
    matching = [finding for finding in report.findings if (finding.kind, finding.name) == (kind, name)]
    assert len(matching) == 1, (kind, name, [(finding.kind, finding.name) for finding in report.findings])
    return matching[0]


def names(report: Report, kind: str) -> set[str]:
    """Return the names of all findings of a kind."""
    return {finding.name for finding in report.findings if finding.kind == kind}


def gap_kinds(report: Report, place: str = "") -> list[str]:
    """Return the kinds of gaps whose place ends like that."""
    return [gap.kind for gap in report.gaps if gap.where.endswith(place)]


def wrote(finding: Finding) -> str | None:
    """Return `url:line` of the writer, the line only where there is one."""
    if finding.writer is None:
        return None
    return (
        finding.writer.url if finding.writer.line is None else f"{finding.writer.url}:{finding.writer.line}"
    )
