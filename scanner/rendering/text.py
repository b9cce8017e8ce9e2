"""The report for a terminal: verdict, table by category, gaps."""

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category
from consentinel.scanner.observations import Gap
from consentinel.scanner.rendering.terminal import PLAIN_WIDTH, STYLES, for_stream, safe, table, to_text
from consentinel.scanner.rendering.twins import twin_marks
from consentinel.scanner.rendering.wording import (
    category_name,
    consent_answer,
    early_count,
    gap_line,
    kind_of,
    page_count,
    refused_mark,
)
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import Level, early_states, judge, severity, tallies

_LEVEL_STYLES: dict[Level, str] = {"good": "bold green", "uncertain": "bold yellow", "bad": "bold red"}
_NAME_LENGTH = 400


def render(report: Report, *, width: int = PLAIN_WIDTH, colour: bool = False) -> str:
    """Return the report as text of a fixed width, plain unless `colour`."""
    return to_text(lambda console: _draw(console, report), width=width, colour=colour)


def render_for_stream(report: Report, stream: TextIO | None = None) -> str:
    """Return the report as it suits a stream, by default standard output (see `terminal.for_stream`)."""
    return for_stream(lambda console: _draw(console, report), stream)


def _draw(console: Console, report: Report) -> None:
    verdict = judge(report)
    console.print(safe(f"{report.site}", "bold"))
    console.print(safe(_facts(report), "dim"))
    console.print()
    console.print(safe(verdict.sentence, _LEVEL_STYLES[verdict.level]))
    if verdict.caveat:
        console.print(safe(verdict.caveat, "yellow"))
    _draw_states(console, report)
    if report.findings:
        _draw_summary(console, report)
    elif report.gaps:
        console.print()
    for category in (*CATEGORIES, None):
        _draw_category(console, category, report.findings)
    _draw_gaps(console, report.gaps)


def _facts(report: Report) -> str:
    return " · ".join([page_count(report), report.scanned.started, report.environment.browser])


def _draw_states(console: Console, report: Report) -> None:
    for visit in report.states:
        how = visit.method or "reached" if visit.reached else "NOT REACHED"
        detail = f": {visit.detail}" if visit.detail else ""
        console.print(safe(f"  {visit.state}  {how}{detail}", "" if visit.reached else "yellow"))


def _draw_summary(console: Console, report: Report) -> None:
    rows = table("category", "findings", "set without consent")
    for tally in tallies(report.findings):
        name = Text(category_name(tally.category), style=STYLES[tally.category])
        early = Text(early_count(tally), style="bold red" if tally.before_consent else "")
        rows.add_row(name, str(tally.total), early)
    console.print(rows)


def _draw_category(console: Console, category: Category | None, findings: Iterable[Finding]) -> None:
    members = sorted((finding for finding in findings if finding.category == category), key=severity)
    if not members:
        return
    console.print(Text(f"{category_name(category)} ({len(members)})", style=f"bold {STYLES[category]}"))
    console.print(_finding_table(members))


def _finding_table(findings: Sequence[Finding]) -> Table:
    marks = twin_marks(findings)
    rows = table("kind", "name", "vendor", "party", "states", "without consent?")
    rows.columns[1].ratio = 4
    rows.columns[2].ratio = 2
    for finding in findings:
        rows.add_row(
            safe(kind_of(finding)),
            safe(_name(finding, marks[finding.id])),
            safe(finding.vendor or "–"),
            safe(finding.party),
            safe(", ".join(finding.states)),
            safe(consent_answer(finding), "bold red" if early_states(finding) else ""),
        )
    return rows


def _name(finding: Finding, mark: str) -> str:
    contested = " (contested)" if finding.contested else ""
    return finding.name[:_NAME_LENGTH] + mark + refused_mark(finding) + contested


def _draw_gaps(console: Console, gaps: tuple[Gap, ...]) -> None:
    if not gaps:
        return
    console.print(Text(f"gaps ({len(gaps)}): not observed", style="bold yellow"))
    rows = table("kind", "where", "reason")
    for gap in gaps:
        rows.add_row(safe(gap.kind), safe(gap_line(gap)), safe(gap.reason))
    console.print(rows)
