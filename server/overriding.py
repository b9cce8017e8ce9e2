"""A site's overrides as a catalogue file, and a report as they and the site's settings make it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import count
from typing import NamedTuple

import msgspec

from consentinel.banner.services import slugified
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document, parse_sheet
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.errors import CatalogueError
from consentinel.scanner.override_patterns import Pattern, quoted
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.site_rules import NO_RULES, SiteRules
from consentinel.scanner.site_rules_file import parse_rules
from consentinel.server.storage.overrides import Override

NAME = "overrides of the dashboard"
_STORED = ("cookie", "storage")
_OWN = "The site itself"
_PURPOSE = "Not described yet."  # visitors read it


class _Decided(NamedTuple):
    """What a pattern means: whose it is, and its category."""

    vendor: str
    category: str
    pattern: Pattern


def override_document(overrides: Sequence[Override]) -> Document:
    """Return the overrides in the catalogue's format, ready to stand above the packaged catalogue."""
    return _document(
        _Decided(override.vendor or _OWN, override.category, Pattern(override.kind, override.name))
        for override in overrides
    )


def overridden(report: Report, overrides: Sequence[Override]) -> Report:
    """Return the report with the findings that an override speaks of decided by it.

    Raises CatalogueError for an override that the catalogue's format cannot say.
    """
    if not overrides:
        return report
    catalogue = _catalogue(override_document(overrides))
    return msgspec.structs.replace(report, findings=tuple(_decided(report.findings, catalogue)))


@lru_cache(maxsize=200)
def rules_of(settings: str, public_url: str) -> SiteRules:
    """Return what a site's settings decide by themselves; nothing where they cannot be read.

    public_url: where browsers reach this server.
    """
    try:
        return parse_rules(settings.encode(), "settings", public_url)
    except (CatalogueError, UnicodeEncodeError):
        return NO_RULES


def decided_by(findings: Iterable[Finding], patterns: Sequence[Pattern]) -> Iterator[tuple[Finding, int]]:
    """Yield the findings that overrides of these patterns would decide, with the place of the pattern."""
    if not patterns:
        return
    places = {str(number): number for number in range(len(patterns))}
    entries = (_Decided(str(number), "functional", pattern) for number, pattern in enumerate(patterns))
    catalogue = _catalogue(_document(entries))
    for finding in findings:
        vendor = catalogue.decide(_subject(finding)).vendor
        if vendor is not None:
            yield finding, places[vendor]


def _document(decided: Iterable[_Decided]) -> Document:
    """Return one entry for each vendor."""
    by_vendor: dict[str, list[_Decided]] = defaultdict(list)
    for item in decided:
        by_vendor[item.vendor].append(item)
    names = _ids(by_vendor)
    text = "".join(_entry(name, *item) for name, item in zip(names, by_vendor.items(), strict=True))
    return Document(NAME, f"vendors:\n{text}".encode() if text else b"vendors: []\n")


def _ids(vendors: Iterable[str]) -> list[str]:
    """Return an id for each vendor, all different, and none that the packaged catalogue has."""
    taken = set(_core_ids())
    found = []
    for vendor in vendors:
        plain = slugified(vendor)[:40].strip("-") or "own"
        found.append(next(name for name in _numbered(plain) if name not in taken))
        taken.add(found[-1])
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(1))


@cache
def _core_ids() -> frozenset[str]:
    """Return the services that the packaged catalogue describes: an entry of the same id would hide that."""
    return frozenset(vendor.id for sheet in load_catalogue().sheets for vendor in sheet.vendors)


def _catalogue(document: Document) -> Catalogue:
    return Catalogue([parse_sheet([document], "override", {})], "")


def _entry(name: str, vendor: str, items: Sequence[_Decided]) -> str:
    lists: dict[str, list[str]] = defaultdict(list)
    for item in items:
        lists[item.pattern.key].append(f"      - {_with_category(item)}\n")
    return (
        f"  - id: {name}\n"
        f"    vendor: {quoted(vendor)}\n"
        f"    category: {items[0].category}\n"
        f"    purpose: {_PURPOSE}\n"
    ) + "".join(f"    {key}:\n{''.join(lines)}" for key, lines in lists.items())


def _with_category(item: _Decided) -> str:
    """Return the pattern with its own category: a mapping as it is written, or a host."""
    text = item.pattern.text
    fields = text[1:-1] if text.startswith("{") else f"host: {text}"
    return f"{{{fields}, category: {item.category}}}"


def _decided(findings: Iterable[Finding], catalogue: Catalogue) -> Iterator[Finding]:
    for finding in findings:
        decision = catalogue.decide(_subject(finding))
        if decision.category is None:
            yield finding
            continue
        yield msgspec.structs.replace(
            finding,
            category=decision.category,
            vendor=None if decision.vendor == _OWN else decision.vendor,
            purpose=finding.purpose,
            rule=decision.rule,
            layer=decision.layer,
            contested=False,
            without_rule=None,
        )


def _subject(finding: Finding) -> Subject:
    """Return what the catalogue is asked: the name's random parts, which are not kept, as a digit."""
    if finding.kind in _STORED:
        return Subject(kind=finding.kind, name=finding.name.replace("*", "0"), host=finding.host)
    path = finding.name.partition("/")[2]
    return Subject(kind="request", host=finding.host, url=f"https://{finding.host}/{path}")
