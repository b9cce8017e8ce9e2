"""The report as GitHub-flavoured Markdown for a pull-request comment (facts: T11)."""

from collections.abc import Iterable, Sequence

from consentinel.scanner.observations import Gap
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.escaping import markdown_code, markdown_text
from consentinel.scanner.rendering.twins import twin_marks
from consentinel.scanner.rendering.wording import (
    category_name,
    category_of,
    consent_answer,
    early_count,
    gap_line,
    kind_of,
    refused_mark,
)
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import Level, early_states, judge, severity, tallies

# GitHub refuses comments over 65,536 characters; the rest is room for what a workflow adds.
MAX_CHARACTERS = 60_000
# For the notes on what did not fit: one a section.
_RESERVE = 1_000
_MOST_GAPS = 50
_SIGNS: dict[Level, str] = {"good": "✅", "uncertain": "⚠️", "bad": "❌"}


class Page:
    """Collects lines up to a size; rows that no longer fit are counted instead."""

    def __init__(self, max_characters: int = MAX_CHARACTERS) -> None:
        self._lines: list[str] = []
        self._left = max_characters - _RESERVE

    def add(self, *lines: str) -> bool:
        """Take all the lines, or none of them where they do not fit; say which."""
        size = sum(len(line) + 1 for line in lines)
        if size > self._left:
            return False
        self._lines.extend(lines)
        self._left -= size
        return True

    def section(self, noun: str, head: Sequence[str], rows: Iterable[str], *, at_most: int = 1_000) -> None:
        """Add a heading with its rows, as many as fit, and how many more `noun` there are."""
        waiting = list(rows)
        if not waiting:
            return
        shown = 0
        if self.add("", *head):
            wanted = waiting[:at_most]
            shown = next((at for at, line in enumerate(wanted) if not self.add(line)), len(wanted))
        if shown < len(waiting):
            self._lines += ["", f"… and {len(waiting) - shown} more {noun} that do not fit here."]

    def text(self) -> str:
        """Return what was collected, ending in a newline."""
        return "\n".join(self._lines) + "\n"


def table_head(*columns: str) -> tuple[str, str]:
    """Return the two lines that open a table."""
    return row(*columns), "|" + " --- |" * len(columns)


def row(*cells: str) -> str:
    """Return one table row of cells that are escaped already."""
    return f"| {' | '.join(cells)} |"


GAPS_HEAD = ("#### Gaps", "", *table_head("Kind", "Where", "Reason"))


def gap_row(gap: Gap) -> str:
    """Return a gap as a table row."""
    return row(markdown_text(gap.kind), markdown_code(gap_line(gap)), markdown_text(gap.reason))


def render(report: Report) -> str:
    """Return the report with the verdict and the gaps first, then the findings, worst first."""
    verdict = judge(report)
    page = Page()
    page.add(
        f"### {_SIGNS[verdict.level]} Consent scan of {markdown_code(report.site)}",
        "",
        f"**{verdict.sentence}** {verdict.caveat}".rstrip(),
    )
    page.section(
        "categories", table_head("Category", "Findings", "Set without consent"), _summary_rows(report)
    )
    page.section("gaps", GAPS_HEAD, map(gap_row, report.gaps), at_most=_MOST_GAPS)
    marks = twin_marks(report.findings)
    page.section(
        "findings",
        (
            "#### Findings",
            "",
            *table_head("Category", "Kind", "Name", "Vendor", "Party", "States", "Without consent?"),
        ),
        (_finding_row(finding, marks[finding.id]) for finding in sorted(report.findings, key=severity)),
    )
    page.add("", _footer(report))
    return page.text()


def _summary_rows(report: Report) -> list[str]:
    return [
        row(category_name(tally.category), str(tally.total), early_count(tally))
        for tally in tallies(report.findings)
        if tally.total
    ]


def markdown_name(finding: Finding, mark: str) -> str:
    """Return the name of a finding, what tells it from its twins, and whether the browser refused it."""
    shown = f" {markdown_text(mark)}" if mark else ""
    return markdown_code(finding.name) + shown + refused_mark(finding)


def _finding_row(finding: Finding, mark: str) -> str:
    answer = consent_answer(finding)
    return row(
        category_of(finding),
        kind_of(finding),
        markdown_name(finding, mark),
        markdown_text(finding.vendor or "–", 80),
        finding.party,
        ", ".join(finding.states),
        f"**{answer}**" if early_states(finding) else answer,
    )


def _footer(report: Report) -> str:
    pages = len({visit.url for visit in report.pages})
    facts = [plural(pages, "page"), report.scanned.started, report.environment.browser]
    return "Scanned: " + " · ".join(markdown_text(fact, 80) for fact in facts)
