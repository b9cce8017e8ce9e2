"""150 rules as a large site has them: hosts and names of well-known vendors, from the catalogue."""

from collections.abc import Iterator

from consentinel.banner.placing import code_of
from consentinel.banner.rule_text import Rule
from consentinel.scanner.catalogue.entries import NamePattern, Vendor
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.taxonomy import needs_consent

VENDORS = """
google-analytics google-ads google-tag-manager doubleclick youtube google-maps meta-pixel hotjar hubspot
linkedin pinterest tiktok microsoft-clarity snapchat reddit criteo taboola outbrain segment mixpanel
amplitude posthog heap fullstory mouseflow optimizely vwo intercom drift zendesk livechat crisp vimeo wistia
spotify soundcloud klaviyo mailchimp marketo pardot activecampaign braze onesignal matomo adobe-analytics
"""
_ADDRESSES, _NAMES = 2, 3
AMOUNT = 150


def typical_rules(amount: int = AMOUNT) -> list[Rule]:
    """Return `amount` rules, the same ones each time."""
    catalogue = load_catalogue()
    known = {vendor.id: vendor for sheet in catalogue.sheets for vendor in sheet.vendors}
    found = [rule for slug in VENDORS.split() for rule in _rules(known[slug], catalogue)]
    different = list({rule.pattern: rule for rule in found}.values())
    if len(different) < amount:
        raise ValueError(f"only {len(different)} rules: name more vendors")
    return different[:amount]


def _rules(vendor: Vendor, catalogue: Catalogue) -> Iterator[Rule]:
    hosts = [host for sheet in catalogue.sheets for host in sheet.hosts if host.vendor.id == vendor.id]
    names = [name for sheet in catalogue.sheets for name in sheet.names if name.vendor.id == vendor.id]
    addresses = [host for host in hosts if host.whole_host and needs_consent(host.decision.category)]
    for host in addresses[:_ADDRESSES]:
        yield Rule(host.host, 4 if vendor.carrier else code_of(host.decision.category), vendor.id)
    stored = [name for name in names if name.how != "regex" and needs_consent(name.decision.category)]
    for name in stored[:_NAMES]:
        yield Rule(f"#{_shown(name)}", code_of(name.decision.category), vendor.id)


def _shown(name: NamePattern) -> str:
    return name.text + ("*" if name.how == "prefix" else "")
