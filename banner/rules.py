"""From a report and the operator's settings to blocking rules."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from consentinel.banner.pruning import pruned, strictest, without_covered
from consentinel.banner.rule_text import FUNCTIONAL, NECESSARY, TAG_MANAGER, UNCLASSIFIED, Code, Rule
from consentinel.banner.settings import BannerSettings, OwnRule
from consentinel.banner.targets import Targets, vendor_id
from consentinel.scanner.catalogue.entries import Vendor
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.taxonomy import Category, category_rank
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding, Report

# What Consent Mode's advanced form lets load before a choice, by the catalogue's ids.
GOOGLE_TAGS = frozenset(("google-tag-manager", "google-analytics", "google-ads", "doubleclick"))
_STORED = frozenset(("cookie", "storage"))
# Areas of storage whose items are no keys that a page writes.
_NO_KEYS = frozenset(("serviceWorker", "cacheStorage"))
_OURS = "consentinel"
_LEAST_LETTERS = 2


@dataclass(frozen=True)
class Placed:
    """A finding, its vendor's slug, and its rules; none where it needs none or no rule can say it."""

    finding: Finding
    vendor: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class RuleMaker:
    """Everything that rules are made from."""

    settings: BannerSettings
    report: Report | None
    catalogue: Catalogue

    def rules(self, *, closed: bool | None = None) -> list[Rule]:
        """Return the rules, sorted by pattern: the operator's own ones above those of the report.

        closed: whether what is strictly necessary has to be listed; by default where the mode asks for it.
        """
        own = strictest(self.own_rule(rule) for rule in self.settings.rules)
        found = strictest(self._joined([rule for placed in self.placed for rule in placed.rules]))
        kept = [rule for rule in without_covered(found, own) if not self._is_ours(rule)]
        if closed is None:
            closed = self.settings.mode == "strict" or self.settings.unknown == "block"
        return pruned(sorted([*own, *kept]), closed=closed)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """All findings of the report with their vendors and rules."""
        return tuple(map(self._place, self.report.findings if self.report else ()))

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """The registrable domains of the site: of its address, and of what the scan called first party."""
        findings = self.report.findings if self.report else ()
        hosts = {finding.host for finding in findings if finding.party == "first" and finding.host}
        return frozenset(map(registrable_domain, {self.settings.host, *hosts}))

    @cached_property
    def seen_addresses(self) -> frozenset[str]:
        """Host and path of all findings that have a host."""
        findings = (item.finding for item in self.placed if item.finding.host)
        return frozenset(finding.host + urlsplit(finding.url or "").path for finding in findings)

    @cached_property
    def captchas(self) -> frozenset[str]:
        """The slugs of the CAPTCHA products that are gated."""
        found = (item for item in self.placed if self._targets.captcha_of(item.finding))
        return frozenset(item.vendor for item in found if any(rule.code for rule in item.rules))

    @cached_property
    def spelled(self) -> dict[str, str]:
        """The names that the operator gives to services, by their slugs."""
        return {self.slug_named(rule.vendor): rule.vendor for rule in self.settings.rules if rule.vendor}

    @cached_property
    def vendors(self) -> dict[str, Vendor]:
        """What the catalogue knows of vendors, by their ids, which are their slugs; overrides last."""
        sheets = reversed(self.catalogue.sheets)
        return {vendor.id: vendor for sheet in sheets for vendor in sheet.vendors if _decides(sheet.layer)}

    def own_rule(self, rule: OwnRule) -> Rule:
        """Return what the operator wrote as a rule."""
        pattern = f"#{rule.name}" if rule.name else rule.host + rule.path
        code = code_of(rule.category)
        return Rule(pattern, code, self.slug_named(rule.vendor) if code else "")

    def slug_named(self, name: str) -> str:
        """Return the slug for a vendor's name or id."""
        slug = slugified(name)
        if slug in self.vendors:
            return slug
        return self._ids_by_name.get(name.casefold(), slug)

    def is_own(self, host: str) -> bool:
        """Say whether a host is the site's own."""
        return registrable_domain(host) in self.own_domains

    @cached_property
    def _ids_by_name(self) -> dict[str, str]:
        return {vendor.name.casefold(): slug for slug, vendor in sorted(self.vendors.items(), reverse=True)}

    @cached_property
    def _targets(self) -> Targets:
        return Targets(self.catalogue)

    @cached_property
    def _site_hosts(self) -> frozenset[str]:
        scanned = urlsplit(self.report.site).hostname or "" if self.report else ""
        hosts = {self.settings.host, scanned.lower()}
        return frozenset(
            hosts | {f"www.{host}" for host in hosts} | {host.removeprefix("www.") for host in hosts}
        )

    @cached_property
    def _carrier_hosts(self) -> frozenset[str]:
        sheets = self.catalogue.sheets
        return frozenset(host.host for sheet in sheets for host in sheet.hosts if host.vendor.carrier)

    def _place(self, finding: Finding) -> Placed:
        code, slug = self._code(finding), self._slug(finding)
        patterns = self._names(finding) if finding.kind in _STORED else self._addresses(finding)
        rules = tuple(Rule(pattern, code, slug if code else "") for pattern in dict.fromkeys(patterns))
        return Placed(finding, slug, rules)

    def _slug(self, finding: Finding) -> str:
        captcha = self._targets.captcha_of(finding)
        if captcha is not None:
            return f"{slugified(captcha.vendor)}-captcha"
        vendor = self.vendors.get(vendor_id(finding))
        if vendor is None:
            return slugified(finding.vendor or "")
        return "" if vendor.convention else vendor.id

    def _code(self, finding: Finding) -> Code:
        vendor = self.vendors.get(vendor_id(finding))
        if finding.kind in _STORED or vendor is None:
            return code_of(finding.category, contested=finding.contested)
        if self.settings.signals.google == "advanced" and vendor.id in GOOGLE_TAGS:
            return NECESSARY
        is_carrier = vendor.carrier and (finding.contested or finding.category == vendor.category)
        return TAG_MANAGER if is_carrier else code_of(finding.category, contested=finding.contested)

    def _addresses(self, finding: Finding) -> Iterator[str]:
        if not finding.host:
            return
        if not self.is_own(finding.host):
            yield from self._targets.of_third_party(finding)
        elif finding.category is not None and (finding.contested or finding.category != "strictly-necessary"):
            yield from self._targets.of_own_host(finding, self._site_hosts)

    def _names(self, finding: Finding) -> Iterator[str]:
        """Yield the name of what a page of the site can write; other cookies are held back with their hosts.

        What is unclassified counts where a third party's script wrote it: the rest may be the site's login.
        """
        if not self.is_own(finding.host) or finding.attributes.get("area") in _NO_KEYS:
            return
        writer = urlsplit(finding.writer.url).hostname if finding.writer else None
        if finding.category is None and (not writer or self.is_own(writer)):
            return
        name = re.sub(r"[^!-~]+", "*", finding.name)
        if len(name.replace("*", "")) >= _LEAST_LETTERS and not name.startswith(_OURS):
            yield f"#{name}"

    def _joined(self, rules: Sequence[Rule]) -> Iterator[Rule]:
        """Yield the rules; an address at a tag manager for several categories is one itself."""
        codes: dict[str, set[Code]] = {}
        for rule in rules:
            codes.setdefault(rule.pattern, set()).add(rule.code)
        for rule in rules:
            is_carried = (
                any(_is_below(rule.host, host) for host in self._carrier_hosts) if rule.host else False
            )
            several = len(codes[rule.pattern] - {NECESSARY}) > 1
            yield rule._replace(code=TAG_MANAGER) if several and is_carried else rule

    def _is_ours(self, rule: Rule) -> bool:
        """Say whether a rule is about the API's or the script's own host: with a path it may be a CDN's."""
        places = [urlsplit(address) for address in (self.settings.api, self.settings.base) if address]
        whole = {place.hostname for place in places if not place.path.strip("/")}
        return rule.host in whole and not rule.path


def code_of(category: Category | None, *, contested: bool = False) -> Code:
    """Return the code that a category waits for; contested ones are gated, at least as functional."""
    if category is None:
        return UNCLASSIFIED
    codes: tuple[Code, ...] = (FUNCTIONAL if contested else NECESSARY, 1, 2, 3)
    return codes[category_rank(category)]


def slugified(name: str) -> str:
    """Return a name as a slug; '' where nothing of it can stand in one."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def unsure_names(placed: Iterable[Placed]) -> list[str]:
    """Return the names of the site's own stored items that are unclassified and therefore not gated."""
    found = (item.finding for item in placed if item.finding.kind in _STORED and not item.rules)
    return sorted(
        {finding.name for finding in found if finding.category is None and finding.party == "first"}
    )


def _decides(layer: str) -> bool:
    return layer in ("core", "override")


def _is_below(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")
