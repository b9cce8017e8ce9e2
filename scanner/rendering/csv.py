"""The report as CSV (RFC 4180): a row a finding, then a row a gap. No cell starts a formula (facts: T10)."""

import csv
import io
from collections.abc import Iterable

from consentinel.scanner.observations import Gap
from consentinel.scanner.rendering.escaping import csv_cell
from consentinel.scanner.rendering.wording import NOT_DECLARED, category_name
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import early_states, severity, waits_for_consent

COLUMNS = (
    "record",
    "kind",
    "area",
    "name",
    "category",
    "contested",
    "needs_consent",
    "set_without_consent",
    "vendor",
    "purpose",
    "party",
    "host",
    "url",
    "writer_url",
    "writer_line",
    "lifetime",
    "http_only",
    "same_site",
    "blocked",
    "states",
    "pages",
    "rule",
    "layer",
    "evidence",
    "id",
)
_ATTRIBUTES = ("area", "lifetime", "http_only", "same_site", "blocked")


def render(report: Report) -> str:
    """Return one header row, the findings (worst first) and the gaps, with CRLF line ends."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for row in (*map(_finding_row, sorted(report.findings, key=severity)), *map(_gap_row, report.gaps)):
        writer.writerow({column: csv_cell(text) for column, text in row.items()})
    return target.getvalue()


def _finding_row(finding: Finding) -> dict[str, str]:
    line = finding.writer.line if finding.writer else None
    return {
        "record": "finding",
        "kind": finding.kind,
        "name": finding.name,
        "category": category_name(finding.category),
        "contested": _yes_no(finding.contested),
        "needs_consent": _yes_no(waits_for_consent(finding)),
        "set_without_consent": _joined(early_states(finding)),
        "vendor": finding.vendor or "",
        "purpose": finding.purpose or "",
        "party": finding.party,
        "host": finding.host,
        "url": finding.url,
        "writer_url": finding.writer.url if finding.writer else "",
        "writer_line": "" if line is None else str(line),
        **{key: _attribute(finding, key) for key in _ATTRIBUTES},
        "states": _joined(finding.states),
        "pages": _joined(finding.pages),
        "rule": finding.rule or "",
        "layer": finding.layer,
        "evidence": _joined(finding.evidence),
        "id": finding.id,
    }


def _attribute(finding: Finding, key: str) -> str:
    """Return an attribute as it is in JSON, but true and false as yes and no; several joined."""
    value = finding.attributes.get(key)
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, tuple):
        return _joined(value)
    return NOT_DECLARED if (key, value) == ("same_site", "") else str(value or "")


def _gap_row(gap: Gap) -> dict[str, str]:
    return {
        "record": "gap",
        "kind": gap.kind,
        "name": gap.where,
        "states": gap.state or "",
        "evidence": gap.reason,
    }


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(parts)


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"
