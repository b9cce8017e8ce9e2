"""Words that several renderings share."""

from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.observations import Gap, Writer
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import early_states, waits_for_consent

UNCLASSIFIED = "unclassified"
EMPTY_WITH_GAPS = "Nothing was found, but not everything could be observed: this is not a clean result."


def category_name(category: Category | None) -> str:
    """Return the category, or `unclassified` for the absence of one."""
    return category or UNCLASSIFIED


def category_of(finding: Finding) -> str:
    """Return the category of a finding, saying so where it is contested."""
    return category_name(finding.category) + (" (contested)" if finding.contested else "")


def kind_of(finding: Finding) -> str:
    """Return the kind; of a storage item, the area that it is in."""
    area = finding.attributes.get("area")
    return area if isinstance(area, str) else finding.kind


def consent_answer(finding: Finding) -> str:
    """Answer "set without consent?": `not needed`, `no`, or the states in which it was."""
    if not waits_for_consent(finding):
        return "not needed"
    return ", ".join(early_states(finding)) or "no"


def writer_of(writer: Writer | None) -> str:
    """Return `url:line` of who wrote it, or an empty text."""
    if writer is None:
        return ""
    return writer.url if writer.line is None else f"{writer.url}:{writer.line}"


def gap_line(gap: Gap) -> str:
    """Return where a gap is, with the state it concerns."""
    return f"{gap.where} ({gap.state})" if gap.state else gap.where


def page_count(report: Report) -> str:
    """Return how many pages were visited, and how many were left out."""
    visited = plural(len({page.url for page in report.pages}), "page")
    left_out = report.scanned.pages_left_out
    return f"{visited} ({left_out} more left out by --max-pages)" if left_out else visited


def plural(count: int, noun: str) -> str:
    """Return `1 page`, `2 pages`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def attribute_label(key: str) -> str:
    """Return the key of an attribute as words, without its unit."""
    return key.removesuffix("_s").removesuffix("_ms").replace("_", " ")


def attribute_text(key: str, value: object) -> str:
    """Return the value of an attribute as people write it, with the unit that its key names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    if isinstance(value, int | float) and key.endswith("_s"):
        return duration(value)
    return f"{value} ms" if key.endswith("_ms") else str(value)


def duration(seconds: float) -> str:
    """Return a length of time in the largest unit of which it holds two: `400 days`, `30 minutes`."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length or seconds == length:
            return plural(round(seconds / length), unit)
    return f"{seconds:g} s"
