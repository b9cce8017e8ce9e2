"""The difference of two reports as text, JSON or Markdown."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, TextIO, get_args

import msgspec
from rich.console import Console

from consentinel.scanner.diff import Diff, Moved, StateChange, Unknown
from consentinel.scanner.observations import Gap
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.escaping import markdown_code, markdown_text
from consentinel.scanner.rendering.json import scrub
from consentinel.scanner.rendering.markdown import GAPS_HEAD, Page, gap_row, markdown_name, row, table_head
from consentinel.scanner.rendering.terminal import PLAIN_WIDTH, for_stream, safe, table, to_text
from consentinel.scanner.rendering.twins import twin_marks
from consentinel.scanner.rendering.wording import (
    REFUSED,
    category_name,
    category_of,
    gap_line,
    kind_of,
    refused_mark,
)
from consentinel.scanner.report import Finding
from consentinel.scanner.verdict import early_states

DiffFormat = Literal["text", "json", "md"]
DIFF_FORMATS: tuple[DiffFormat, ...] = get_args(DiffFormat)
NOTHING = "Nothing changed."
_MOST_ROWS = 200

Row = tuple[Finding, str]


class Section(msgspec.Struct, frozen=True):
    """One kind of change, ready to draw: each row is a finding and what happened to it.

    remarks: sentences that hold for several rows, said once before them.
    """

    title: str
    style: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def render_diff(diff: Diff, format: DiffFormat) -> str:  # noqa: A002 - the word of the command line
    """Return the difference as text (no colour), JSON or Markdown."""
    if format == "json":
        return _json(diff)
    if format == "md":
        return _markdown(diff)
    return to_text(lambda console: _draw(console, diff), width=PLAIN_WIDTH)


def render_diff_for_stream(diff: Diff, stream: TextIO | None = None) -> str:
    """Return the difference as text that suits a stream, by default standard output."""
    return for_stream(lambda console: _draw(console, diff), stream)


def _json(diff: Diff) -> str:
    facts = scrub({**msgspec.to_builtins(diff), "changed": diff.changed})
    encoded = msgspec.json.encode(facts, order="sorted")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def sections_of(diff: Diff) -> Iterator[Section]:
    """Yield the kinds of change, worst first; some may have no rows."""
    yield Section("New", "bold red", tuple((finding, _consent(finding)) for finding in diff.new))
    yield Section("Now set without consent", "bold red", tuple(map(_state_row, diff.worse)))
    yield Section("Moved category", "bold yellow", tuple(map(_moved_row, diff.moved)))
    yield _unknown_section(diff.unknown)
    yield Section("Gone", "bold green", tuple((finding, f"was {_consent(finding)}") for finding in diff.gone))
    yield Section("No longer set without consent", "bold green", tuple(map(_state_row, diff.better)))
    yield Section("Seen in other states", "bold", tuple(map(_state_row, diff.shifted)))


def _consent(finding: Finding) -> str:
    early = early_states(finding)
    return f"set without consent: {', '.join(early)}" if early else f"seen in: {', '.join(finding.states)}"


def _state_row(change: StateChange) -> Row:
    was = ", ".join(change.was) + (f" {REFUSED}" if change.was_refused else "")
    return change.finding, f"{was} → {', '.join(change.now)}"


def _moved_row(moved: Moved) -> Row:
    was = category_name(moved.was_category) + (" (contested)" if moved.was_contested else "")
    return moved.finding, f"{was} → {category_of(moved.finding)}"


def _unknown_section(items: tuple[Unknown, ...]) -> Section:
    """Say a reason that several findings share once; each row then has its number, where there are more."""
    counts = Counter(item.reason for item in items)
    shared = [reason for reason, count in counts.items() if count > 1]
    is_one = len(counts) == 1
    numbers = {reason: f"({number})" for number, reason in enumerate(shared, 1)}
    remarks = [reason if is_one else f"{numbers[reason]} {reason}" for reason in shared]
    rows = []
    for item in items:
        why = f" {numbers[item.reason]}" if item.reason in numbers else f": {item.reason}"
        rows.append((item.finding, ", ".join(item.states) + ("" if is_one and shared else why)))
    return Section("Not seen, not observable", "bold yellow", tuple(rows), tuple(remarks))


def summary(diff: Diff) -> str:
    """Return one line that counts the changes, or says that there are none."""
    counts = [f"{len(section.rows)} {section.title.lower()}" for section in sections_of(diff) if section.rows]
    counts += [plural(len(gaps), noun) for gaps, noun in _gap_lists(diff) if gaps]
    return "; ".join(counts) + "." if counts else NOTHING


def _gap_lists(diff: Diff) -> tuple[tuple[tuple[Gap, ...], str], ...]:
    return (diff.new_gaps, "new gap"), (diff.gone_gaps, "closed gap")


def _draw(console: Console, diff: Diff) -> None:
    console.print(safe(f"{diff.old_report.site} ({diff.old_report.started})", "dim"))
    console.print(safe(f"{diff.new_report.site} ({diff.new_report.started})", "dim"))
    console.print()
    console.print(safe(summary(diff), "bold"))
    for section in sections_of(diff):
        _draw_section(console, section)
    for gaps, noun in _gap_lists(diff):
        _draw_gaps(console, gaps, noun)
    for note in diff.notes:
        console.print(safe(f"Note: {note}", "dim"))


def _draw_section(console: Console, section: Section) -> None:
    if not section.rows:
        return
    rows = table("category", "kind", "name", "vendor", "party", "what")
    marks = twin_marks(finding for finding, _ in section.rows)
    for finding, what in section.rows:
        name = finding.name + marks[finding.id] + refused_mark(finding)
        vendor = finding.vendor or "–"
        cells = (category_of(finding), kind_of(finding), name, vendor, finding.party, what)
        rows.add_row(*map(safe, cells))
    console.print()
    console.print(safe(f"{section.title} ({len(section.rows)})", section.style))
    for remark in section.remarks:
        console.print(safe(f"  {remark}"))
    console.print(rows)


def _draw_gaps(console: Console, gaps: tuple[Gap, ...], noun: str) -> None:
    if not gaps:
        return
    rows = table("kind", "where", "reason")
    for gap in gaps:
        rows.add_row(safe(gap.kind), safe(gap_line(gap)), safe(gap.reason))
    console.print()
    console.print(safe(f"{noun.capitalize()}s ({len(gaps)})", "bold yellow"))
    console.print(rows)


def _markdown(diff: Diff) -> str:
    page = Page()
    page.add(f"### Consent diff of {markdown_code(diff.new_report.site)}", "", f"**{summary(diff)}**")
    for section in sections_of(diff):
        remarks = (line for remark in section.remarks for line in (markdown_text(remark), ""))
        head = (f"#### {section.title} ({len(section.rows)})", "", *remarks, *_TABLE_HEAD)
        marks = twin_marks(finding for finding, _ in section.rows)
        rows = (_markdown_row(finding, marks[finding.id], what) for finding, what in section.rows)
        page.section(section.title.lower(), head, rows, at_most=_MOST_ROWS)
    for gaps, noun in _gap_lists(diff):
        gap_head = (f"#### {noun.capitalize()}s ({len(gaps)})", *GAPS_HEAD[1:])
        page.section(f"{noun}s", gap_head, map(gap_row, gaps), at_most=_MOST_ROWS)
    page.section("notes", ("#### Notes", ""), (f"- {markdown_text(note)}" for note in diff.notes))
    started = " → ".join(markdown_text(side.started, 40) for side in (diff.old_report, diff.new_report))
    page.add("", f"Scans: {started}")
    return page.text()


_TABLE_HEAD = table_head("Category", "Kind", "Name", "Vendor", "Party", "What")


def _markdown_row(finding: Finding, mark: str, what: str) -> str:
    strong = f"**{category_of(finding)}**" if early_states(finding) else category_of(finding)
    vendor = markdown_text(finding.vendor or "–", 80)
    name = markdown_name(finding, mark)
    return row(strong, kind_of(finding), name, vendor, finding.party, markdown_text(what))
