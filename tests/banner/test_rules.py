from collections.abc import Sequence
from typing import Any

import pytest

from consentinel.banner.rule_text import Rule, format_rules
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import ResourceType
from consentinel.scanner.classify import classify
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Finding
from consentinel.scanner.site_rules import SiteRules
from tests.banner.typical_report import SITE, banner, report_of, request, stored
from tests.support.banner import settings_of
from tests.support.observing import make_observation

# An identifier as advertisers are given it.
ID = "7f3a9c1e5b8d2f4a7f3a"


def text(*findings: Finding, **settings: Any) -> str:
    return format_rules(banner(*findings, **settings).rules)


def decided(url: str, kind: Any = "script", resource_type: ResourceType = "script") -> Finding:
    """A finding as the catalogue decides it."""
    host, _, path = url.partition("://")[2].partition("/")
    subject = Subject(kind="request", host=host, url=url, resource_type=resource_type, site=SITE)
    found = load_catalogue().decide(subject)
    return request(
        f"{host}/{path.partition('?')[0]}",
        found.rule,
        kind=kind,
        category=found.category,
        contested=found.contested,
        vendor=found.vendor,
    )


def scanned(seen: Sequence[Observation], own: dict[str, str]) -> tuple[Finding, ...]:
    """Return what a scan makes of observations where a rule of the settings decides."""
    said = SiteRules(settings_of({"site": SITE, "rules": [own]}).rules)
    return classify(seen, load_catalogue(), OwnHosts("www.example.com"), said)


def cookie(name: str, value: str = "") -> Observation:
    attributes = {"max_age_s": 31_536_000, "via": "header"}
    return make_observation(
        name=name,
        host="www.example.com",
        party="first",
        page=SITE,
        url=SITE,
        value=value,
        attributes=attributes,
    )


def pixel(url: str) -> Observation:
    host, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    attributes = {"resource_type": "image"}
    return make_observation(
        kind="pixel",
        name=f"{host}/{path}",
        host=host,
        url=url,
        party="third",
        page=SITE,
        attributes=attributes,
    )


def with_own(own: dict[str, str], *findings: Finding, **settings: Any) -> str:
    """Return the rules from a report that a rule of the settings has decided already."""
    said = SiteRules(settings_of({"site": SITE, "rules": [own]}).rules)
    found = banner(report=said.applied_to(report_of(*findings)), rules=[own], **settings)
    return format_rules(found.rules)


def test_the_catalogues_host_stands_for_what_was_seen() -> None:
    assert text(decided("https://script.hotjar.com/modules.1.js")) == "2hotjar .com"


def test_what_a_path_gave_away_at_its_vendors_host_means_the_host() -> None:
    finding = decided("https://www.google-analytics.com/g/collect?v=2&tid=G-1", "beacon", "ping")
    assert text(finding) == "2google-analytics .com"


def test_a_path_at_a_strangers_host_means_this_path() -> None:
    finding = decided("https://stats.stranger.example/g/collect?v=2&tid=G-1", "beacon", "ping")
    assert text(finding) == "2google-analytics stats.stranger.example/g/collect"


def test_google_tags_on_the_own_host_are_held_by_their_path() -> None:
    finding = decided("https://www.example.com/metrics/g/collect?v=2&tid=G-1", "beacon", "ping")
    rule = "core:google-analytics/path:/g/collect"
    found = request(
        "www.example.com/metrics/g/collect", rule, kind="beacon", category="performance", party="first"
    )
    assert finding.host == found.host
    assert text(found) == "2google-analytics /metrics/g/collect"


def test_another_own_host_is_named() -> None:
    rule = "core:google-analytics/path:/g/collect"
    found = request("data.example.com/g/collect", rule, kind="beacon", category="performance", party="first")
    assert text(found) == "2google-analytics data.example.com/g/collect"


@pytest.mark.parametrize("path", ["", "*", "x/*"])
def test_a_path_that_would_hold_back_the_site_is_no_rule(path: str) -> None:
    found = request(f"www.example.com/{path}", "core:matomo/path:/", category="performance", party="first")
    assert text(found) == ""


def test_tag_managers_are_released_by_any_grant() -> None:
    gtm = decided("https://www.googletagmanager.com/gtm.js?id=GTM-1")
    gtag = decided("https://www.googletagmanager.com/gtag/js?id=G-1")
    assert text(gtm) == "4google-tag-manager googletagmanager.com"
    assert text(gtag) == "2google-analytics www.googletagmanager.com/gtag/js"


def test_a_loader_of_tags_of_several_categories_is_a_tag_manager() -> None:
    findings = (
        decided("https://www.googletagmanager.com/gtag/js?id=G-1"),
        decided("https://www.googletagmanager.com/gtag/js?id=AW-1"),
    )
    assert text(*findings) == "4google-ads www.googletagmanager.com/gtag/js"


def test_captchas_are_gated_at_their_paths_and_named() -> None:
    findings = (
        decided("https://www.google.com/recaptcha/api.js"),
        request(
            "www.gstatic.com/recaptcha/releases/*/recaptcha__en.js",
            "core:captcha/recaptcha-v2",
            category="strictly-necessary",
            contested=True,
        ),
    )
    found = banner(*findings)
    assert "google.com/recaptcha/api*" in [rule.pattern for rule in found.rules]
    assert "www.gstatic.com/recaptcha/*" in [rule.pattern for rule in found.rules]
    assert {(rule.code, rule.vendor) for rule in found.rules} == {(1, "google-captcha")}
    assert found.config["captchas"] == ["google-captcha"]


def test_a_captcha_seen_by_its_markup_alone_is_gated() -> None:
    found = request(
        "turnstile",
        "core:captcha/cloudflare-turnstile",
        kind="captcha",
        host="challenges.cloudflare.com",
        category="strictly-necessary",
        contested=True,
        url="",
    )
    assert "challenges.cloudflare.com" in text(found)


def test_unclassified_third_parties_wait_for_everything() -> None:
    assert text(request("cdn.stranger.example/x.js")) == "5 cdn.stranger.example"


def test_random_labels_of_a_host_are_left_out() -> None:
    found = request("*.ads.example/p", host="u12.ads.example", kind="pixel", category="targeting")
    assert text(found) == "3 ads.example"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, ""), ({"mode": "strict"}, "0 pay.example"), ({"unknown": "block"}, "0 pay.example")],
)
def test_necessary_third_parties_are_listed_where_strangers_are_blocked(
    settings: dict[str, Any], expected: str
) -> None:
    assert text(request("pay.example/v1.js", category="strictly-necessary"), **settings) == expected


def test_a_host_with_several_categories_is_as_strict_as_its_strictest() -> None:
    one = request("a.example/x", category="performance", vendor="A")
    other = request("a.example/y", category="targeting", vendor="A", kind="pixel")
    assert text(one, other) == "3a .example"


def test_names_of_the_site_are_rules_with_their_globs() -> None:
    rule = "core:google-analytics/cookie:_ga_*"
    finding = stored("_ga_*", rule, category="performance", vendor="Google Analytics")
    assert text(finding) == "2google-analytics #_ga_*"


def test_names_that_many_share_are_the_sites_own() -> None:
    assert text(stored("lang", "core:language/cookie:lang", category="functional")) == "1 #lang"


@pytest.mark.parametrize(
    "finding",
    [
        stored("sid", category="strictly-necessary"),
        stored("IDE", host="doubleclick.net", party="third", category="targeting"),
        stored("x_bucket"),
        stored("x_bucket", writer=Writer("https://www.example.com/app.js")),
        stored("v1", kind="storage", category="functional", attributes={"area": "cacheStorage"}),
        stored("consentinel.queue", kind="storage", category="functional"),
        stored("**", category="targeting"),
    ],
)
def test_names_that_no_rule_is_made_of(finding: Finding) -> None:
    assert text(finding) == ""


def test_what_a_strangers_script_wrote_waits_for_everything() -> None:
    assert text(stored("aw_seen", writer=Writer("https://w.stranger.example/w.js"))) == "5 #aw_seen"


def test_letters_that_the_text_cannot_hold_become_globs() -> None:
    assert text(stored("my key\nätsch", category="targeting")) == "3 #my*key*tsch"


def test_the_operators_rules_go_before_the_reports() -> None:
    own = [
        {"host": "stranger.example", "category": "performance", "vendor": "Stranger"},
        {"cookie": "lang", "category": "necessary"},
        {"path": "/metrics/*", "category": "performance"},
    ]
    lang = stored("lang", "core:language/cookie:lang", category="functional")
    found = text(request("cdn.stranger.example/x.js"), lang, rules=own)
    assert found == "2 /metrics/*\n2stranger .example"


@pytest.mark.parametrize("name", ["Google Analytics", "google-analytics", "GOOGLE ANALYTICS"])
def test_a_vendor_that_the_catalogue_knows_is_one_whatever_it_is_called(name: str) -> None:
    own = [{"host": "t.example", "category": "performance", "vendor": name}]
    assert text(rules=own) == "2google-analytics t.example"


def test_advanced_consent_mode_leaves_googles_tags_alone_but_not_their_cookies() -> None:
    findings = (
        decided("https://www.googletagmanager.com/gtag/js?id=G-1"),
        decided("https://www.google-analytics.com/g/collect?v=2&tid=G-1", "beacon", "ping"),
        stored("_ga", "core:google-analytics/cookie:_ga", category="performance"),
    )
    assert text(*findings, signals={"google": "advanced"}) == "2google-analytics #_ga"
    assert "0 google-analytics.com" in text(*findings, signals={"google": "advanced"}, unknown="block")


def test_the_banners_own_hosts_are_never_held_back() -> None:
    finding = request("consent.stranger.example/v1/consents", kind="beacon")
    assert text(finding, api="https://consent.stranger.example/") == ""


def test_order_of_findings_does_not_count() -> None:
    findings = [request(f"h{number}.example/x") for number in range(9)] + [stored("aa", category="targeting")]
    assert text(*findings) == text(*reversed(findings))


def test_rules_are_sorted_and_have_a_pattern_each() -> None:
    rules = banner(decided("https://script.hotjar.com/a.js"), request("a.example/x")).rules
    assert rules == sorted(set(rules))
    assert all(isinstance(rule, Rule) for rule in rules)


def test_our_server_is_never_held_back() -> None:
    rule = "override:consentinel-server/path:https://edge.example/consent/v1/consents"
    ours = request("edge.example/consent/v1/consents", rule, category="strictly-necessary", kind="beacon")
    assert text(ours, api="https://edge.example/consent") == ""
    # no more of that host is let through than its own address
    assert text(ours, mode="strict", unknown="block") == "0 edge.example/consent/v1/consents"


def test_the_parts_of_our_own_banner_are_known_by_their_folder() -> None:
    place = "override:consentinel-server/path:https://edge.example:8443/b/www.example.com/*"
    names = ("consentinel-act.0123abcd.js", "consentinel-ask.4567abcd.js")
    parts = [
        request(f"edge.example/b/www.example.com/{name}", place, category="strictly-necessary")
        for name in names
    ]
    assert text(*parts, mode="strict") == "0 edge.example/b/www.example.com/*"


# --- what a rule of the settings has decided ---


@pytest.mark.parametrize(
    ("url", "own", "expected"),
    [
        (
            "https://stats.g.doubleclick.net/dc.js",
            {"host": "stats.g.doubleclick.net", "category": "performance"},
            "2 stats.g.doubleclick.net\n3doubleclick .net",
        ),
        (
            "https://script.hotjar.com/modules.1.js",
            {"host": "script.hotjar.com", "category": "strictly-necessary"},
            "0 script.hotjar.com\n2hotjar .com",
        ),
        (
            "https://script.hotjar.com/modules.1.js",
            {"host": "script.hotjar.com", "path": "/modules*", "category": "strictly-necessary"},
            "0 script.hotjar.com/modules*\n2hotjar .com",
        ),
        (
            "https://www.youtube.com/embed/abc",
            {"host": "www.youtube.com", "path": "/embed/*", "category": "strictly-necessary"},
            "0 www.youtube.com/embed/*\n1youtube .com",
        ),
        (
            "https://cdn.stranger.example/x.js",
            {"host": "cdn.stranger.example", "path": "/x.js", "category": "strictly-necessary"},
            "0 cdn.stranger.example/x.js\n5 cdn.stranger.example",
        ),
    ],
)
def test_an_own_rule_takes_nothing_else_of_the_vendor_away(
    url: str, own: dict[str, str], expected: str
) -> None:
    assert with_own(own, decided(url)) == text(decided(url), rules=[own]) == expected


def test_an_own_rule_for_one_of_a_captchas_hosts_leaves_the_others() -> None:
    own = {"host": "www.gstatic.com", "category": "strictly-necessary"}
    captcha = request(
        "recaptcha-v2",
        "core:captcha/recaptcha-v2",
        kind="captcha",
        host="www.gstatic.com",
        category="strictly-necessary",
        contested=True,
        url="",
    )
    assert with_own(own, captcha) == text(captcha, rules=[own])
    assert "google.com/recaptcha/api*" in with_own(own, captcha)


def test_an_own_rule_for_some_of_a_vendors_names_leaves_the_others() -> None:
    own = {"cookie": "_ga_AAAA*", "category": "strictly-necessary"}
    found = scanned([cookie("_ga_AAAA1234")], own)
    assert text(*found, rules=[own]) == "0 #_ga_AAAA*\n2google-analytics #_ga_*"


def test_an_own_rule_for_one_name_leaves_the_others_what_behaviour_made_of_them() -> None:
    own = {"cookie": "uid_0b1d2e4f6a8c9e1b3d5f", "category": "strictly-necessary"}
    seen = [cookie(own["cookie"], ID), pixel(f"https://www.facebook.com/tr?x={ID}")]
    (found,) = (finding for finding in scanned(seen, own) if finding.kind == "cookie")
    assert (found.name, found.category) == ("uid_*", "strictly-necessary")
    assert text(found, rules=[own]) == f"0 #{own['cookie']}\n3 #uid_*"


def test_an_own_rule_for_a_path_leaves_its_host_what_behaviour_made_of_it() -> None:
    own = {"host": "t.new.example", "path": "/a/*", "category": "strictly-necessary"}
    seen = request("t.new.example/a/p", "behaviour:id-sync", layer="behaviour", category="targeting")
    assert with_own(own, seen) == text(seen, rules=[own]) == "0 t.new.example/a/*\n3 t.new.example"


def test_a_convention_that_an_own_rule_decides_is_the_sites_own() -> None:
    cookie = stored("PHPSESSID", "override:banner-rules/name:PHPSESSID", category="functional", vendor="PHP")
    (placed,) = banner(cookie, rules=[{"cookie": "PHPSESSID", "category": "functional"}]).maker.placed
    assert placed.vendor == ""
