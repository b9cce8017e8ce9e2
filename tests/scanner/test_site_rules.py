"""What a site's settings say of findings, in a scan and in a report that was made without them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Subject
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.classify import classify
from consentinel.scanner.report import Finding, WithoutRule
from consentinel.scanner.site_rules import NO_RULES, SiteRules, places_of
from tests.support.observing import OWN, core_catalogue, make_observation
from tests.support.reports import make_finding, make_report

SERVER = "https://consent.example"
OURS = SiteRules(places=places_of("www.shop.example", (SERVER,)))


def rules(**rule: Any) -> SiteRules:
    return SiteRules((OwnRule(**{"category": "targeting", **rule}),))


def found(said: SiteRules, **observation: Any) -> Finding | None:
    """Return the finding that a scan makes of one observation."""
    findings = classify([make_observation(**observation)], core_catalogue(), OWN, said)
    return findings[0] if findings else None


def seen_request(url: str, **changes: Any) -> dict[str, Any]:
    host, _, path = url.partition("://")[2].partition("/")
    host = host.partition(":")[0]
    facts = {"kind": "script", "host": host, "url": url, "name": f"{host}/{path.partition('?')[0]}"}
    return facts | {"attributes": {"resource_type": "script"}} | changes


def category_of(said: SiteRules, **observation: Any) -> Category | None:
    finding = found(said, **observation)
    return finding.category if finding else None


@pytest.mark.parametrize(
    ("rule", "observation", "counts"),
    [
        ({"host": "new.example"}, seen_request("https://new.example/x.js"), True),
        ({"host": "new.example"}, seen_request("https://cdn.new.example:8443/x.js?a=1"), True),
        ({"host": "new.example"}, seen_request("https://mynew.example/x.js"), False),
        ({"host": "ads*.new.example"}, seen_request("https://ads7.new.example/x.js"), True),
        ({"host": "ads*.new.example"}, seen_request("https://a.ads7.new.example/x.js"), True),
        ({"host": "ads*.new.example"}, seen_request("https://www.new.example/x.js"), False),
        ({"host": "new.example", "path": "/t/*"}, seen_request("https://new.example/t/x.js"), True),
        ({"host": "new.example", "path": "/t/*"}, seen_request("https://new.example/x.js?/t/"), False),
        ({"path": "/metrics/*"}, seen_request("https://www.shop.example/metrics/x.js"), True),
        ({"path": "/metrics/*"}, seen_request("https://shop.example/metrics/x.js"), True),
        ({"path": "/metrics/*"}, seen_request("https://new.example/metrics/x.js"), False),
        ({"name": "fp_*"}, {"name": "fp_7"}, True),
        ({"name": "fp_*"}, {"kind": "storage", "name": "fp_7"}, True),
        ({"name": "fp_*"}, {"name": "my_fp_7"}, False),
        # the banner holds back what a third party stores with its host, but not what it lets through
        ({"host": "new.example"}, {"host": "new.example"}, True),
        ({"host": "new.example", "path": "/t/*"}, {"host": "new.example"}, False),
        ({"host": "shop.example"}, {"name": "session"}, False),
        ({"host": "new.example", "category": "strictly-necessary"}, {"host": "new.example"}, False),
    ],
)
def test_what_a_rule_is_about(rule: dict[str, Any], observation: dict[str, Any], counts: bool) -> None:
    assert (category_of(rules(**rule), **observation) is not None) == counts
    assert category_of(NO_RULES, **observation) is None


def test_a_rule_goes_before_the_catalogue_and_says_so() -> None:
    finding = found(rules(name="_ga", category="strictly-necessary"), name="_ga")
    assert finding
    assert (finding.category, finding.contested, finding.layer) == ("strictly-necessary", False, "override")
    assert (finding.rule, finding.vendor) == ("override:banner-rules/name:_ga", "Google Analytics")
    assert finding.evidence[-1] == "A rule of the settings says so: _ga."
    named = found(rules(name="_ga", vendor="We"), name="_ga")
    assert named
    assert (named.vendor, named.purpose) == ("We", None)


def test_what_is_known_without_a_rule_is_kept_through_further_ones() -> None:
    before = make_finding(name="uid_*", category="targeting", rule="behaviour:id-sync", layer="behaviour")
    once = rules(name="uid_*", category="functional").applied_to(make_report(before))
    twice = rules(name="uid_*", category="performance").applied_to(once)
    (finding,) = twice.findings
    assert (before.without_rule, finding.category) == (None, "performance")
    assert finding.without_rule == WithoutRule(
        category="targeting",
        contested=False,
        vendor=before.vendor,
        rule="behaviour:id-sync",
        layer="behaviour",
    )


def test_the_most_specific_rule_counts() -> None:
    said = SiteRules(
        (
            OwnRule(category="strictly-necessary", name="_g*"),
            OwnRule(category="functional", name="_ga"),
            OwnRule(category="performance", host="new.example"),
            OwnRule(category="targeting", host="new.example", path="/t*"),
        )
    )
    assert category_of(said, name="_ga") == "functional"
    assert category_of(said, name="_gid") == "strictly-necessary"
    assert category_of(said, **seen_request("https://new.example/t.js")) == "targeting"
    assert category_of(said, **seen_request("https://new.example/x.js")) == "performance"


def test_a_rule_decides_a_captcha_and_leaves_it_the_product_that_it_is() -> None:
    subject = Subject(kind="captcha", name="hcaptcha", host="hcaptcha.com", url="https://www.shop.example/")
    before = core_catalogue().decide(subject)
    after = rules(host="hcaptcha.com", category="functional").decide(subject, before)
    assert (after.category, after.contested, after.rule) == ("functional", False, before.rule)


@pytest.mark.parametrize(
    "url",
    [
        f"{SERVER}/b/www.shop.example.js",
        f"{SERVER}:443/b/www.shop.example/0123456789abcdef.js",
        f"{SERVER}/b/www.shop.example/consentinel-act.0123abcd.js",
        f"{SERVER}/d/www.shop.example/fragment.html",
        f"{SERVER}/v1/consents",
        f"{SERVER}/v1/consents/0b2f/withdraw",
        f"{SERVER}/v1/state?site=www.shop.example",
    ],
)
def test_our_server_at_another_host_is_strictly_necessary(url: str) -> None:
    finding = found(OURS, **seen_request(url))
    assert finding
    assert (finding.category, finding.vendor) == ("strictly-necessary", "consentinel (consent server)")
    assert (finding.layer, finding.rule is not None) == ("override", True)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/b/www.shop.example.js",
        "https://evil.example/https://consent.example/v1/consents",
        "https://consent.example.evil.example/v1/consents",
        "https://sub.consent.example/v1/consents",
        "http://consent.example/v1/consents",
        f"{SERVER}:8443/v1/consents",
        f"{SERVER}/b/www.other.example.js",
        f"{SERVER}/b/www.shop.example.js.gif",
        f"{SERVER}/v1/track",
        f"{SERVER}/x?/v1/consents",
        "http://[",
    ],
)
def test_nothing_else_is_our_server(url: str) -> None:
    subject = Subject(kind="script", url=url, party="third")
    assert OURS.decide(subject, UNCLASSIFIED) == UNCLASSIFIED


def test_what_our_servers_host_stores_is_not_necessary_for_that() -> None:
    assert category_of(OURS, host="consent.example", name="uid") is None
    for name in ("consentinel_proof_0f59463c", "__Host-consentinel_proof_0f59463c"):
        assert category_of(OURS, host="consent.example", name=name) == "strictly-necessary"


def test_on_the_sites_own_host_our_server_adds_no_findings() -> None:
    said = SiteRules(places=places_of("www.shop.example", ("https://www.shop.example",)))
    assert found(said, **seen_request("https://www.shop.example/v1/consents")) is None
    beacon = seen_request("https://www.shop.example/v1/consents", kind="beacon")
    assert category_of(said, **beacon) == "strictly-necessary"


def test_a_rule_and_an_override_go_before_what_is_known_of_our_server() -> None:
    said = SiteRules((OwnRule(category="targeting", host="consent.example"),), OURS.places)
    assert category_of(said, **seen_request(f"{SERVER}/v1/consents")) == "targeting"
    overridden = make_finding(kind="script", layer="override", party="third", url=f"{SERVER}/v1/consents")
    report = make_report(overridden)
    assert OURS.applied_to(report) == report


def test_the_scripts_folder_elsewhere() -> None:
    places = places_of("www.shop.example", ("",), "https://cdn.example/banner/")
    said = SiteRules(places=places)
    for name in ("consentinel.js", "consentinel.0123456789abcdef.js", "consentinel-ask.ab.js"):
        assert category_of(said, **seen_request(f"https://cdn.example/banner/{name}")) is not None
    assert category_of(said, **seen_request("https://cdn.example/banner/other.js")) is None
    assert places_of("www.shop.example", ("",), "/b") == ()


def test_a_report_gets_the_rules_later() -> None:
    ours = make_finding(
        kind="script", name="consent.example/b/www.shop.example.js", host="consent.example", party="third",
        url=f"{SERVER}/b/www.shop.example.js", category=None, vendor=None, rule=None, layer="unclassified",
        evidence=("Seen.",),
    )  # fmt: skip
    cookie = make_finding(name="fp_*", category=None, layer="unclassified", rule=None)
    other = make_finding(name="other")
    said = SiteRules((OwnRule(category="targeting", name="fp_*", vendor="X"),), OURS.places)
    once = said.applied_to(make_report(ours, cookie, other))
    assert [finding.category for finding in once.findings] == [
        "strictly-necessary",
        "targeting",
        "performance",
    ]
    assert once.findings[0].evidence[0] == "Seen."
    assert once.findings[2] is other
    assert said.applied_to(once) == once


def test_a_report_gets_a_hosts_rule_for_what_behaviour_decided() -> None:
    item = make_finding(
        name="uid", host="new.example", party="third", category="targeting", vendor=None,
        rule="behaviour:id-sync", layer="behaviour",
    )  # fmt: skip
    (found,) = rules(host="new.example", category="performance").applied_to(make_report(item)).findings
    assert (found.category, found.rule) == ("performance", "override:banner-rules/host:new.example")


@given(st.text(alphabet="ab*.", max_size=12), st.text(alphabet="ab.", max_size=20))
def test_a_star_stands_for_any_characters(pattern: str, text: str) -> None:
    said = rules(name=pattern)
    decided = said.decide(Subject(kind="cookie", name=text), UNCLASSIFIED) != UNCLASSIFIED
    assert decided == (bool(pattern) and fits(pattern, text))


def fits(pattern: str, text: str) -> bool:
    """The plain meaning of a glob, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] == text[0] and fits(pattern[1:], text[1:])


def test_no_name_takes_long() -> None:
    said = rules(name="*a*a*a*a*a*a*a*b")
    assert said.decide(Subject(kind="cookie", name="a" * 4_000), UNCLASSIFIED) == UNCLASSIFIED
