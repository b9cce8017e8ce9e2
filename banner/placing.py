"""From a finding to its service, the code that it waits for, and the patterns of its rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

import msgspec

from consentinel.banner.rule_text import FUNCTIONAL, NECESSARY, TAG_MANAGER, UNCLASSIFIED, Code, Rule
from consentinel.banner.services import Services, slugified
from consentinel.banner.targets import Targets, vendor_id
from consentinel.scanner.catalogue.entries import CaptchaProduct
from consentinel.scanner.catalogue.taxonomy import Category, category_rank
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding

# What Consent Mode's advanced form lets load before a choice, by the catalogue's ids.
GOOGLE_TAGS = frozenset(("google-tag-manager", "google-analytics", "google-ads", "doubleclick"))
STORED = frozenset(("cookie", "storage"))
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
class Placer:
    """What findings are placed with.

    own_domains: the registrable domains of the site. site_hosts: the hosts on which its pages are.
    google_first: whether Google's tags load before a choice.
    """

    services: Services
    own_domains: frozenset[str]
    site_hosts: frozenset[str]
    google_first: bool

    def place(self, finding: Finding) -> Placed:
        """Return a finding with its vendor's slug and its rules."""
        return Placed(finding, self._slug(finding), self._rules(self._known(finding)))

    def _rules(self, finding: Finding) -> tuple[Rule, ...]:
        code, slug = self._code(finding), self._slug(finding)
        patterns = self._names(finding) if finding.kind in STORED else self._addresses(finding)
        return tuple(Rule(pattern, code, slug if code else "") for pattern in dict.fromkeys(patterns))

    def is_own(self, host: str) -> bool:
        """Say whether a host is the site's own."""
        return registrable_domain(host) in self.own_domains

    def captcha_of(self, finding: Finding) -> CaptchaProduct | None:
        """Return the CAPTCHA product that a finding belongs to, or None."""
        return self._targets.captcha_of(self._known(finding))

    def _known(self, finding: Finding) -> Finding:
        """Return a finding as it is without the rule of the settings, which speaks for itself alone."""
        known = finding.without_rule
        return msgspec.structs.replace(finding, **msgspec.structs.asdict(known)) if known else finding

    def _slug(self, finding: Finding) -> str:
        captcha = self.captcha_of(finding)
        if captcha is not None:
            return f"{slugified(captcha.vendor)}-captcha"
        named = self.services.slug_named(finding.vendor or "")
        vendor = self.services.known.get(vendor_id(finding)) or self.services.known.get(named)
        if vendor is None:
            return named
        return "" if vendor.convention else vendor.id

    def _code(self, finding: Finding) -> Code:
        vendor = self.services.known.get(vendor_id(finding))
        if finding.kind in STORED or vendor is None:
            return code_of(finding.category, contested=finding.contested)
        if self.google_first and vendor.id in GOOGLE_TAGS:
            return NECESSARY
        is_carrier = vendor.carrier and (finding.contested or finding.category == vendor.category)
        return TAG_MANAGER if is_carrier else code_of(finding.category, contested=finding.contested)

    def _addresses(self, finding: Finding) -> Iterator[str]:
        if not finding.host:
            return
        if not self.is_own(finding.host):
            yield from self._targets.of_third_party(finding)
        elif finding.category is not None and (finding.contested or finding.category != "strictly-necessary"):
            yield from self._targets.of_own_host(finding, self.site_hosts)

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

    @cached_property
    def _targets(self) -> Targets:
        return Targets(self.services.catalogue)


def code_of(category: Category | None, *, contested: bool = False) -> Code:
    """Return the code that a category waits for; contested ones are gated, at least as functional."""
    if category is None:
        return UNCLASSIFIED
    codes: tuple[Code, ...] = (FUNCTIONAL if contested else NECESSARY, 1, 2, 3)
    return codes[category_rank(category)]
