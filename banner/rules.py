"""From a report and the operator's settings to blocking rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from consentinel.banner.placing import STORED, Placed, Placer, code_of
from consentinel.banner.providers import own_domains
from consentinel.banner.pruning import pruned, strictest, without_covered
from consentinel.banner.rule_text import NECESSARY, TAG_MANAGER, Code, Rule
from consentinel.banner.services import Services
from consentinel.banner.settings import BannerSettings
from consentinel.scanner.catalogue.entries import Vendor
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Report


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
        return tuple(map(self._placer.place, self.report.findings if self.report else ()))

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """The registrable domains of the site: of its address, and of what the scan called first party."""
        found = own_domains(self.report.findings if self.report else ())
        return found | {registrable_domain(self.settings.host)}

    @cached_property
    def seen_addresses(self) -> frozenset[str]:
        """Host and path of all findings that have a host."""
        findings = (item.finding for item in self.placed if item.finding.host)
        return frozenset(finding.host + urlsplit(finding.url or "").path for finding in findings)

    @cached_property
    def captchas(self) -> frozenset[str]:
        """The slugs of the CAPTCHA products that are gated."""
        found = (item for item in self.placed if self._placer.captcha_of(item.finding))
        return frozenset(item.vendor for item in found if any(rule.code for rule in item.rules))

    @cached_property
    def spelled(self) -> dict[str, str]:
        """The names that the operator gives to services, by their slugs."""
        return {self.slug_named(rule.vendor): rule.vendor for rule in self.settings.rules if rule.vendor}

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        """What the catalogue knows of vendors, by their slugs."""
        return self._services.known

    def own_rule(self, rule: OwnRule) -> Rule:
        """Return what the operator wrote as a rule."""
        pattern = f"#{rule.name}" if rule.name else rule.host + rule.path
        code = code_of(rule.category)
        return Rule(pattern, code, self.slug_named(rule.vendor) if code else "")

    def slug_named(self, name: str) -> str:
        """Return the slug for a vendor's name or id."""
        return self._services.slug_named(name)

    def is_own(self, host: str) -> bool:
        """Say whether a host is the site's own."""
        return self._placer.is_own(host)

    @cached_property
    def _services(self) -> Services:
        return Services(self.catalogue)

    @cached_property
    def _placer(self) -> Placer:
        is_first = self.settings.signals.google == "advanced"
        return Placer(self._services, self.own_domains, self._site_hosts, is_first)

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


def unsure_names(placed: Iterable[Placed]) -> list[str]:
    """Return the names of the site's own stored items that are unclassified and therefore not gated."""
    stored = [item for item in placed if item.finding.kind in STORED]
    held = {rule.pattern for item in stored for rule in item.rules if rule.code}
    free = (item.finding for item in stored if not item.rules and f"#{item.finding.name}" not in held)
    return sorted({finding.name for finding in free if finding.category is None and finding.party == "first"})


def _is_below(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")
