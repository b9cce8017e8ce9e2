"""Google's tags served from a site's own host are known by what they ask for, not by where.

Google tag gateway puts them under any folder (https://developers.google.com/tag-platform/tag-manager/gateway).
"""

import pytest

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision, Subject
from consentinel.scanner.classify import classify
from tests.support.observing import OWN, core_catalogue, make_observation

SITE = "https://www.shop.example/"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return core_catalogue()


def decide(catalogue: Catalogue, address: str, resource_type: str) -> Decision:
    return catalogue.decide(
        Subject(
            kind="request",
            url=f"https://www.shop.example{address}",
            resource_type=resource_type,
            site=SITE,
            party="first",
        )
    )


@pytest.mark.parametrize(
    ("address", "resource_type", "vendor", "category", "contested"),
    [
        ("/metrics/g/collect?v=2&tid=G-ABC123&cid=1.2", "ping", "Google Analytics", "performance", False),
        ("/g/collect?v=2&tid=G-ABC123", "fetch", "Google Analytics", "performance", False),
        ("/t/gtag/js?id=G-ABC123", "script", "Google Analytics", "performance", False),
        ("/gtag/js?l=dataLayer&id=GT-ABC123", "script", "Google Analytics", "performance", False),
        ("/metrics/?id=G-ABC123&l=dataLayer", "script", "Google Analytics", "performance", False),
        ("/gtag/js?id=AW-123456", "script", "Google Ads", "targeting", False),
        ("/metrics/gtag/destination?id=AW-123456&cx=c", "script", "Google Ads", "targeting", False),
        ("/metrics/ccm/collect?en=page_view&tid=G-ABC123", "ping", "Google Ads", "targeting", False),
        ("/load/gtm.js?id=GTM-ABC123", "script", "Google Tag Manager", "strictly-necessary", True),
        ("/load/?id=GTM-ABC123", "script", "Google Tag Manager", "strictly-necessary", True),
    ],
)
def test_google_tags_on_the_own_host(
    catalogue: Catalogue, address: str, resource_type: str, vendor: str, category: str, contested: bool
) -> None:
    decision = decide(catalogue, address, resource_type)
    assert (decision.vendor, decision.category, decision.contested) == (vendor, category, contested)
    assert decision.evidence


@pytest.mark.parametrize(
    ("address", "resource_type"),
    [
        ("/g/collect", "ping"),
        ("/g/collect?v=1", "ping"),
        ("/shop/gtag/js?id=12", "script"),
        ("/product/?id=G-1000", "document"),
        ("/product/?id=12", "script"),
        ("/scripts/?valid=G-1000", "script"),
        ("/gtm.js?id=12", "script"),
    ],
)
def test_what_only_looks_alike_is_not_known(catalogue: Catalogue, address: str, resource_type: str) -> None:
    assert decide(catalogue, address, resource_type) == UNCLASSIFIED


def test_a_proxied_tag_is_a_finding_of_the_own_host(catalogue: Catalogue) -> None:
    url = "https://www.shop.example/metrics/g/collect?v=2&tid=G-ABC123"
    seen = make_observation(
        kind="beacon",
        name="www.shop.example/metrics/g/collect",
        url=url,
        attributes={"resource_type": "ping"},
    )
    (finding,) = classify([seen], catalogue, OWN)
    assert (finding.party, finding.host, finding.category) == ("first", "www.shop.example", "performance")
    assert finding.rule == "core:google-analytics/path:/g/collect"
