"""The packaged categories.yaml: what it must know, and what it must leave alone."""

import pytest

from consentinel.scanner.catalogue.loading import CORE_FILE
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category

SITE = "https://www.shop.example/"


@pytest.mark.parametrize(
    ("name", "category", "vendor"),
    [
        ("_ga", "performance", "Google Analytics"),
        ("_ga_AB12CD34EF", "performance", "Google Analytics"),
        ("_gcl_au", "targeting", "Google Ads"),
        ("_fbp", "targeting", "Meta (Facebook and Instagram)"),
        ("hubspotutk", "targeting", "HubSpot"),
        ("__hs_opt_out", "strictly-necessary", "HubSpot"),
        ("li_fat_id", "targeting", "LinkedIn"),
        ("_uetsid", "targeting", "Microsoft Advertising"),
        ("_clck", "performance", "Microsoft Clarity"),
        ("_ttp", "targeting", "TikTok"),
        ("_hjSessionUser_123", "performance", "Hotjar (Contentsquare)"),
        ("ajs_anonymous_id", "performance", "Twilio Segment"),
        ("_sp_id.1fff", "performance", "Snowplow"),
        ("ph_phc_abc_posthog", "performance", "PostHog"),
        ("mp_0123456789abcdef0123456789abcdef_mixpanel", "performance", "Mixpanel"),
        ("_pk_id.1.1fff", "performance", "Matomo"),
        ("intercom-id-abc", "functional", "Intercom"),
        ("CookieConsent", "strictly-necessary", "Cookiebot (Usercentrics)"),
        ("OptanonConsent", "strictly-necessary", "OneTrust"),
        ("cc_cookie", "strictly-necessary", "CookieConsent by Orest Bida"),
        ("klaro", "strictly-necessary", "Klaro"),
        ("eprivacy", "strictly-necessary", "Orejime"),
        ("tarteaucitron", "strictly-necessary", "tarteaucitron.js"),
        ("consentinel", "strictly-necessary", "consentinel"),
        ("AWSALB", "strictly-necessary", "Amazon Web Services"),
        ("__cf_bm", "strictly-necessary", "Cloudflare Bot Management"),
        ("wordpress_logged_in_abc", "strictly-necessary", "WordPress"),
        ("_shopify_y", "performance", "Shopify"),
    ],
)
def test_common_cookies(core: Catalogue, name: str, category: Category, vendor: str) -> None:
    decision = core.decide(Subject(kind="cookie", name=name, host="shop.example", site=SITE))
    assert (decision.category, decision.vendor) == (category, vendor)


@pytest.mark.parametrize(
    ("url", "category"),
    [
        ("https://www.googletagmanager.com/gtm.js?id=GTM-X", "strictly-necessary"),
        ("https://www.googletagmanager.com/gtag/js?id=G-X", "performance"),
        ("https://www.googletagmanager.com/gtag/js?id=AW-1", "targeting"),
        ("https://region1.google-analytics.com/g/collect?v=2", "performance"),
        ("https://www.facebook.com/tr?id=1", "targeting"),
        ("https://px.ads.linkedin.com/collect", "targeting"),
        ("https://forms.hsforms.com/emailcheck/v1", "functional"),
        ("https://js.hs-banner.com/v2/1/banner.js", "strictly-necessary"),
        ("https://www.youtube-nocookie.com/embed/x", "functional"),
        ("https://cdn.jsdelivr.net/npm/vue@3", "strictly-necessary"),
        ("https://fonts.gstatic.com/s/x.woff2", "functional"),
        ("https://stats.shop.example/matomo.php?idsite=1", "performance"),
        ("https://www.shop.example/g/collect?v=2&tid=G-X", "performance"),
        ("https://esm.sh/rrweb", "performance"),
        ("https://unpkg.com/clarity-js/x.js", "performance"),
        ("https://cdn.shopify.com/shopifycloud/web-pixels/x.js", "targeting"),
    ],
)
def test_common_requests(core: Catalogue, url: str, category: Category) -> None:
    assert core.decide(Subject(kind="request", url=url, site=SITE)).category == category


@pytest.mark.parametrize(
    "url", ["https://www.googletagmanager.com/gtm.js?id=GTM-X", "https://tags.tiqcdn.com/utag/x.js"]
)
def test_what_loads_other_tags_is_contested(core: Catalogue, url: str) -> None:
    decision = core.decide(Subject(kind="script", url=url, site=SITE, resource_type="script"))
    assert (decision.category, decision.contested) == ("strictly-necessary", True)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.shop.example/parcel-tracking/1",
        "https://www.shop.example/ads/flat.html",
        "https://www.shop.example/js/analytics-course.js",
        "https://www.shop.example/img/pixel-art.png",
        "https://www.shop.example/img/1x1.gif",
        "https://www.shop.example/api/collect-points",
        "https://www.shop.example/piwik-logo.png",
        "https://www.shop.example/tags.js",
        "https://www.shop.example/share/facebook.html",
        "https://www.google.com/",
        "https://d1234567890.cloudfront.net/x.js",
        "https://bucket.s3.amazonaws.com/x.js",
        "https://somebody.github.io/x.js",
        "https://cdn.jsdelivr.net/gh/stranger/tracker@1/t.js",
        "https://stranger.myshopify.com/t.js",
        "https://stranger.wixsite.com/t.js",
        "https://stranger.amebaownd.com/t.js",
        "https://storage.yandexcloud.net/b/t.js",
    ],
)
def test_ordinary_and_shared_hosts_stay_unclassified(core: Catalogue, url: str) -> None:
    assert core.decide(Subject(kind="request", url=url, site=SITE)).category is None


@pytest.mark.parametrize(
    "name", ["analytics_cookie", "tracking", "ad_user", "necessary", "visitor", "uid", "id"]
)
def test_the_look_of_a_name_proves_nothing(core: Catalogue, name: str) -> None:
    subject = Subject(
        kind="cookie", name=name, host="shop.example", site=SITE, value="abc123", http_only=True
    )
    assert core.decide(subject).category is None


def test_all_four_categories_are_described(core: Catalogue) -> None:
    assert tuple(text.category for text in core.categories) == CATEGORIES


def test_entries_are_sorted_sourced_and_plainly_worded(core: Catalogue) -> None:
    sheet = core.sheets[-1]
    ids = [vendor.id for vendor in sheet.vendors if not vendor.convention]
    assert ids == sorted(ids)
    assert len(ids) >= 170
    for vendor in sheet.vendors:
        assert vendor.source.startswith((f"{CORE_FILE}:", "scanner/catalogue/vendors/"))
        assert vendor.check.startswith("https://"), vendor.id
        assert vendor.purpose.endswith("."), vendor.id


def test_every_pattern_decides_for_itself(core: Catalogue) -> None:
    """A name listed without restriction must be answered by its own entry, not shadowed by another."""
    for pattern in core.sheets[-1].names:
        if pattern.how != "exact" or pattern.domains or pattern.value or pattern.requires:
            continue
        decision = core.decide(Subject(kind=pattern.kind, name=pattern.text, host="shop.example", site=SITE))
        assert decision.rule == pattern.decision.rule, pattern.source
