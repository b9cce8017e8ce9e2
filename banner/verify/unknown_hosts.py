"""Hosts that pages ask for and no name server knows: what they hide, and what they do not.

A visitor's browser asks for such a host in vain, too, so nothing comes of it; that it was asked is a finding
like any other. But a filter in the network of the scan may deny a host that is there for others, and which
hosts it denies it has from lists: those that the catalogue has, too.
"""

from consentinel.scanner.report import Finding, Report

KIND = "unknown-host"
_KNOWN = ("core", "pack")


def gone_hosts(report: Report) -> list[str]:
    """Return those that nobody knows, as `host:port`."""
    return sorted(_unknown(report) - set(denied_hosts(report)))


def denied_hosts(report: Report) -> list[str]:
    """Return those that the catalogue or a pack knows, as `host:port`."""
    known = {finding.host for finding in report.findings if _is_known(finding)}
    return sorted(where for where in _unknown(report) if where.rpartition(":")[0] in known)


def _unknown(report: Report) -> set[str]:
    return {gap.where for gap in report.gaps if gap.kind == KIND}


def _is_known(finding: Finding) -> bool:
    return finding.party == "third" and finding.layer in _KNOWN
