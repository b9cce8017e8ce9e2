"""Who is behind a finding, as a declaration says it: a name, and a page about it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from consentinel.banner.services import Services
from consentinel.banner.targets import vendor_id
from consentinel.scanner.catalogue.entries import CaptchaProduct, Vendor
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding

# The catalogue's name for what this very banner stores.
_BANNER = "consentinel"


@dataclass(frozen=True)
class Providers:
    """Answers for findings with what the catalogue knows.

    this_site: what the site itself is called. by_script: what a stranger is called whose script stores as the
    site, with `{host}`. own_domains: the registrable domains of the site.
    """

    services: Services
    this_site: str
    by_script: str
    own_domains: frozenset[str]

    def name(self, finding: Finding) -> str:
        """Return who stores it or is contacted: a vendor, the site itself, or the domain of a stranger."""
        if product := self._captcha(finding):
            return _with_maker(product)
        if finding.vendor and not self._is_no_provider(finding):
            return finding.vendor
        if finding.party != "first":
            return registrable_domain(finding.host)
        host = strange_writer(finding, self.own_domains)
        return self.by_script.format(host=host) if host and not self._is_banner(finding) else self.this_site

    def page(self, finding: Finding) -> str:
        """Return the address of the vendor's page about it, '' where none is known."""
        found = self._captcha(finding) or self.vendor(finding)
        if found is None or finding.vendor == _BANNER or not found.check.startswith("https://"):
            return ""
        return found.check

    def vendor(self, finding: Finding) -> Vendor | None:
        """Return the catalogue's vendor of a finding; a convention, which many sites follow, is none."""
        found = self._known(finding)
        return None if found is None or found.convention else found

    def _is_no_provider(self, finding: Finding) -> bool:
        """Say whether its vendor is only a convention's, or our banner on the site itself."""
        vendor = self._known(finding)
        if vendor is None:
            return False
        return vendor.convention or (finding.party == "first" and self._is_banner(finding))

    def _is_banner(self, finding: Finding) -> bool:
        vendor = self._known(finding)
        return vendor is not None and vendor.name == _BANNER

    def _known(self, finding: Finding) -> Vendor | None:
        known = self.services.known
        return known.get(vendor_id(finding)) or known.get(self.services.slug_named(finding.vendor or ""))

    def _captcha(self, finding: Finding) -> CaptchaProduct | None:
        return self._captchas.get(finding.vendor or "")

    @cached_property
    def _captchas(self) -> Mapping[str, CaptchaProduct]:
        return {product.product: product for product in self.services.catalogue.captchas}


def own_domains(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the registrable domains of what a scan called first party."""
    hosts = {finding.host for finding in findings if finding.party == "first" and finding.host}
    return frozenset(map(registrable_domain, hosts))


def strange_writer(finding: Finding, own: Collection[str]) -> str:
    """Return the host of the script that wrote an item, '' where it is of the domains `own`, or unknown."""
    try:
        host = (urlsplit(finding.writer.url).hostname or "") if finding.writer else ""
    except ValueError:
        return ""
    return "" if registrable_domain(host) in own else host


def _with_maker(product: CaptchaProduct) -> str:
    is_told = product.vendor.casefold() in product.product.casefold()
    return product.product if is_told else f"{product.vendor}: {product.product}"
