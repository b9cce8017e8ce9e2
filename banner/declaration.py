"""The cookie declaration: what a site stores and whom it contacts, by category, from a report."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from consentinel.banner.consent import COOKIE
from consentinel.banner.declaration_words import lifetime, words_of
from consentinel.banner.placing import STORED
from consentinel.banner.providers import Providers, own_domains
from consentinel.banner.services import Services
from consentinel.banner.texts import load_texts
from consentinel.banner.vendors import days_kept
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, Party
from consentinel.scanner.report import Finding, Report

SCHEMA: Literal["consentinel/declaration/1"] = "consentinel/declaration/1"
UNCLASSIFIED = "unclassified"
_TEXT_KEYS: dict[Category, str] = {
    "strictly-necessary": "strictlyNecessary",
    "functional": "functional",
    "performance": "performance",
    "targeting": "targeting",
}
_DATE_LENGTH = len("2026-03-01")


class DeclaredItem(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie or storage item. days: 0 for the session, None without an end; lifetime: the same in words.

    purpose: in English, as the catalogue has it, '' where nobody wrote one. policy: the vendor's page.
    """

    name: str
    kind: str
    vendor: str
    party: Party
    purpose: str
    days: int | None
    lifetime: str
    policy: str


class DeclaredService(msgspec.Struct, frozen=True, kw_only=True):
    """A third party that the browser contacts."""

    vendor: str
    hosts: tuple[str, ...]
    purpose: str
    policy: str


class DeclaredCategory(msgspec.Struct, frozen=True, kw_only=True):
    """One category; `unclassified` comes last."""

    category: str
    title: str
    text: str
    items: tuple[DeclaredItem, ...]
    services: tuple[DeclaredService, ...]


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration of a site in one language. scanned: the day of the scan, as 2026-03-01."""

    schema: Literal["consentinel/declaration/1"] = SCHEMA
    site: str
    scanned: str
    locale: str
    categories: tuple[DeclaredCategory, ...]


def declare(report: Report, catalogue: Catalogue, *, locale: str = "en", choice_days: int = 0) -> Declaration:
    """Return the declaration of a report. Categories without anything are left out.

    locale: one of `texts.LOCALES`. choice_days: how long the banner keeps a choice, where the site has our
    banner: its cookie is then declared even if the scan was made without it.
    """
    declarer = _Declarer(Services(catalogue), locale, own_domains(report.findings))
    found = list(declarer.categories(report, choice_days))
    return Declaration(
        site=report.site,
        scanned=report.scanned.started[:_DATE_LENGTH],
        locale=locale,
        categories=tuple(found),
    )


@dataclass(frozen=True)
class _Declarer:
    services: Services
    locale: str
    own_domains: frozenset[str]

    def categories(self, report: Report, choice_days: int) -> Iterator[DeclaredCategory]:
        findings = [finding for finding in report.findings if not finding.attributes.get("blocked")]
        for category in (*CATEGORIES, None):
            members = [finding for finding in findings if _declared_as(finding) == category]
            items = {(item.kind, item.name, item.vendor): item for item in self._items(members)}
            if category == "strictly-necessary" and choice_days:
                own = self._own_cookie(report, choice_days)
                items.setdefault((own.kind, own.name, own.vendor), own)
            services = tuple(self._services(members))
            if items or services:
                title, text = self._texts(category)
                yield DeclaredCategory(
                    category=category or UNCLASSIFIED,
                    title=title,
                    text=text,
                    items=tuple(sorted(items.values(), key=_order)),
                    services=services,
                )

    def _items(self, findings: Iterable[Finding]) -> Iterator[DeclaredItem]:
        """Yield what is stored; what is seen in several places is kept for the longest of their times."""
        same: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.kind in STORED:
                same[(finding.kind, finding.name, self._providers.name(finding))].append(finding)
        for (kind, name, vendor), members in same.items():
            times = [days_kept(finding) for finding in members]
            days = None if None in times else max(time for time in times if time is not None)
            yield DeclaredItem(
                name=name,
                kind=kind,
                vendor=vendor,
                party=members[0].party,
                purpose=self._purpose(members),
                days=days,
                lifetime=lifetime(days, self.locale),
                policy=self._providers.page(members[0]),
            )

    def _services(self, findings: Iterable[Finding]) -> Iterator[DeclaredService]:
        contacted: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.party == "third" and finding.host and finding.kind not in STORED:
                contacted[self._providers.name(finding)].append(finding)
        for vendor, members in sorted(contacted.items(), key=lambda item: item[0].casefold()):
            yield DeclaredService(
                vendor=vendor,
                hosts=tuple(sorted({finding.host for finding in members})),
                purpose=self._purpose(members),
                policy=self._providers.page(members[0]),
            )

    def _own_cookie(self, report: Report, days: int) -> DeclaredItem:
        """Return the banner's own cookie, as the catalogue describes it."""
        subject = Subject(kind="cookie", name=COOKIE, site=report.site, party="first")
        return DeclaredItem(
            name=COOKIE,
            kind="cookie",
            vendor=self._words["thisSite"],
            party="first",
            purpose=self.services.catalogue.decide(subject).purpose or "",
            days=days,
            lifetime=lifetime(days, self.locale),
            policy="",
        )

    def _purpose(self, findings: Iterable[Finding]) -> str:
        members = list(findings)
        told = {finding.purpose for finding in members if finding.purpose}
        known = {vendor.purpose for finding in members if (vendor := self._providers.vendor(finding))}
        return _in_a_row(sorted(told or known))

    def _texts(self, category: Category | None) -> tuple[str, str]:
        if category is None:
            return self._words["unclassified"], self._words["unclassifiedText"]
        texts, key = load_texts(self.locale, {}), _TEXT_KEYS[category]
        return texts[key], texts[f"{key}Text"]

    @cached_property
    def _providers(self) -> Providers:
        words = self._words
        return Providers(self.services, words["thisSite"], words["byScript"], self.own_domains)

    @cached_property
    def _words(self) -> dict[str, str]:
        return dict(words_of(self.locale))


def _in_a_row(texts: Sequence[str]) -> str:
    """Return texts as sentences, one after the other; a single one is left as it is."""
    if len(texts) == 1:
        return texts[0]
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)


def _declared_as(finding: Finding) -> Category | None:
    """Return the category that a finding waits for: what is contested needs consent (placing.code_of)."""
    is_gated = finding.contested and finding.category == "strictly-necessary"
    return "functional" if is_gated else finding.category


def _order(item: DeclaredItem) -> tuple[str, str, str]:
    return item.vendor.casefold(), item.kind, item.name
