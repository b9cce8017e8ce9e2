"""Words that several renderings share."""

from collections.abc import Mapping

from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.observations import Gap, Writer
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.refusals import refusal_text
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import Tally, early_states, is_refused, waits_for_consent

UNCLASSIFIED = "unclassified"
REFUSED = "(refused by the browser)"
NOT_DECLARED = "not declared"
# Settings and attributes whose key does not say their unit.
_SECONDS = frozenset({"page_timeout", "settle_cap", "time_budget", "watch"})


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


def refused_mark(finding: Finding) -> str:
    """Return what to add to the name of a cookie that the browser refused; an empty text for all others."""
    return f" {REFUSED}" if is_refused(finding) else ""


def early_count(tally: Tally) -> str:
    """Return how many of a category are set without consent; a dash where none of them needs it."""
    if tally.category != "strictly-necessary":
        return str(tally.before_consent)
    return f"{tally.before_consent} (contested)" if tally.before_consent else "–"


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


def attribute_label(key: str) -> str:
    """Return the key of an attribute as words, without its unit."""
    return key.removesuffix("_s").removesuffix("_ms").replace("_", " ")


def attribute_text(key: str, value: object) -> str:
    """Return the value of an attribute as people write it, with the unit that its key names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(attribute_text(key, item) for item in value)
    if isinstance(value, int | float):
        return _number_text(key, value)
    return _word_text(key, str(value))


def _number_text(key: str, value: float) -> str:
    if key.endswith("_s") or key in _SECONDS:
        return duration(value)
    if key.endswith("_bytes"):
        return size(value)
    return f"{value} ms" if key.endswith("_ms") else str(value)


def _word_text(key: str, value: str) -> str:
    if key == "same_site":
        return value or NOT_DECLARED
    return refusal_text(value) if key == "blocked" else value


def attributes_shown(attributes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return label and text of each attribute that says something, sorted by key."""
    pairs = (
        (key, attribute_text(key, value)) for key, value in sorted(attributes.items()) if value is not None
    )
    return [(attribute_label(key), text) for key, text in pairs if text]


def size(count: float) -> str:
    """Return a number of bytes in the largest decimal unit of which it holds one: `100 MB`, `2.4 kB`."""
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= length:
            return f"{round(count / length, 1):g} {unit}"
    return plural(round(count), "byte")


def duration(seconds: float) -> str:
    """Return a length of time in the largest unit of which it holds two: `400 days`, `30 minutes`."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length or seconds == length:
            return plural(round(seconds / length), unit)
    return f"{seconds:g} s"
