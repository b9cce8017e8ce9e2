"""The cookie declaration: what is in it, where from, and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.declaration import DeclaredCategory, DeclaredItem, declare
from consentinel.banner.declaration_words import lifetime, words_of
from consentinel.banner.texts import LOCALES
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.observations import Writer
from consentinel.scanner.report import Finding
from tests.support.hostile import hostile_report
from tests.support.reports import SITE, make_finding, make_report, realistic_report


def declared(*findings: Finding, locale: str = "en", choice_days: int = 0) -> dict[str, DeclaredCategory]:
    made = declare(make_report(*findings), load_catalogue(), locale=locale, choice_days=choice_days)
    return {category.category: category for category in made.categories}


def item_of(*findings: Finding) -> DeclaredItem:
    [category] = declared(*findings).values()
    [item] = category.items
    return item


def test_categories_in_order_and_only_those_that_have_something() -> None:
    made = declare(realistic_report(), load_catalogue())
    names = [category.category for category in made.categories]
    assert names == ["strictly-necessary", "functional", "performance", "targeting", "unclassified"]
    assert made.scanned == "2026-03-01"
    assert list(declared(make_finding())) == ["performance"]
    assert declared() == {}


def test_what_is_contested_is_declared_as_the_banner_gates_it() -> None:
    captcha = make_finding(name="_GRECAPTCHA", category="strictly-necessary", contested=True)
    assert list(declared(captcha)) == ["functional"]
    assert list(declared(make_finding(category="targeting", contested=True))) == ["targeting"]


def test_what_the_site_itself_stores_has_no_other_provider() -> None:
    for name in ("csrf_token", "consentinel_proof_0f59463c"):
        subject = Subject(kind="cookie", name=name, site=SITE, host="example.com", party="first")
        answer = load_catalogue().decide(subject)
        facts = {"rule": answer.rule, "vendor": answer.vendor, "category": answer.category}
        finding = make_finding(name=name, writer=None, **facts)
        assert finding.vendor, "the catalogue names somebody"
        item = item_of(finding)
        assert (item.vendor, item.policy) == ("this site", "")


def test_an_item_with_vendor_purpose_and_lifetime() -> None:
    item = item_of(make_finding(attributes={"lifetime": "400 days"}))
    assert (item.name, item.kind, item.vendor, item.party) == ("_ga", "cookie", "Google Analytics", "first")
    assert (item.purpose, item.days, item.lifetime) == ("tells visitors apart", 400, "13 months")


def test_what_a_rule_of_the_settings_decided_keeps_its_vendors_page() -> None:
    by_core = item_of(make_finding(rule="core:google-analytics/cookie:_ga"))
    by_rule = item_of(make_finding(rule="override:banner-rules/name:_ga", layer="override"))
    assert by_core.policy.startswith("https://")
    assert by_rule == by_core


def test_the_same_cookie_on_two_hosts_is_declared_once_with_the_longer_time() -> None:
    short = make_finding(attributes={"lifetime": "session"})
    long = make_finding(host="www.example.com", attributes={"lifetime": "30 days"})
    assert item_of(short, long).days == 30


def test_what_nobody_named_is_of_the_site_or_of_the_host() -> None:
    own = make_finding(name="cart", vendor=None, writer=None, purpose=None, category="functional")
    other = make_finding(
        name="t", vendor=None, host="x.tracker.example", party="third", category="functional"
    )
    vendors = {item.name: item.vendor for item in declared(own, other)["functional"].items}
    assert vendors == {"cart": "this site", "t": "tracker.example"}


@pytest.mark.parametrize(
    ("writer", "locale", "provider"),
    [
        ("https://metrics.tracker.example/m.js", "en", "set by a script of metrics.tracker.example"),
        (
            "https://metrics.tracker.example/m.js",
            "de",
            "gesetzt von einem Skript von metrics.tracker.example",
        ),
        ("https://www.example.com/own.js", "en", "this site"),
        ("https://static.example-cdn.net/own.js", "en", "this site"),
        ("blob:https://www.example.com/0b1d", "en", "this site"),
        ("data:text/javascript,1", "en", "this site"),
        ("https://[", "en", "this site"),
    ],
)
def test_what_a_strangers_script_stores_as_the_site_is_declared_with_its_host(
    writer: str, locale: str, provider: str
) -> None:
    own = make_finding(kind="request", host="static.example-cdn.net", party="first", category=None)
    cookie = make_finding(name="_uid", vendor=None, rule=None, writer=Writer(writer, 1), category="targeting")
    (item,) = declared(own, cookie, locale=locale)["targeting"].items
    assert (item.vendor, item.policy) == (provider, "")


def test_what_our_banner_stores_is_the_sites_wherever_its_script_is() -> None:
    facts = {"rule": "core:consentinel/storage:consentinel.kept", "vendor": "consentinel"}
    script = Writer("https://consent.example/b/www.example.com.js", 1)
    assert item_of(make_finding(name="consentinel.kept", writer=script, **facts)).vendor == "this site"


@pytest.mark.parametrize(("vendor", "rule"), [("PHP", "core:php/cookie:PHPSESSID"), ("First party", None)])
def test_a_convention_that_another_follows_is_no_provider(vendor: str, rule: str | None) -> None:
    facts = {"host": "x.tracker.example", "party": "third", "category": "strictly-necessary"}
    assert item_of(make_finding(name="sid", vendor=vendor, rule=rule, **facts)).vendor == "tracker.example"


@pytest.mark.parametrize(
    ("product", "rule", "provider"),
    [
        ("reCAPTCHA v2", "recaptcha-v2", "Google: reCAPTCHA v2"),
        ("Cloudflare Challenge", "cloudflare-challenge", "Cloudflare Challenge"),
    ],
)
def test_the_product_of_a_captcha_is_declared_with_its_maker_and_its_page(
    product: str, rule: str, provider: str
) -> None:
    facts = {"kind": "script", "category": "functional", "party": "third", "host": "x.example"}
    [service] = declared(make_finding(vendor=product, rule=f"core:captcha/{rule}", **facts))[
        "functional"
    ].services
    assert service.vendor == provider
    assert service.policy.startswith("https://")


def test_third_parties_are_listed_by_vendor() -> None:
    facts = {"kind": "script", "vendor": "Meta", "category": "targeting", "party": "third"}
    made = declared(
        make_finding(**facts, name="connect.facebook.net/a.js", host="connect.facebook.net"),
        make_finding(**facts, name="www.facebook.com/tr", host="www.facebook.com"),
        make_finding(kind="request", name="example.com/x", category="targeting"),
    )
    [service] = made["targeting"].services
    assert (service.vendor, service.hosts) == ("Meta", ("connect.facebook.net", "www.facebook.com"))


def test_a_service_is_declared_with_all_of_its_purposes() -> None:
    facts = {"kind": "script", "vendor": "Meta", "category": "targeting", "party": "third"}
    told = ("Measures advertisements.", "delivers a tag", "Measures advertisements.", None)
    scripts = [
        make_finding(**facts, name=f"a.example/{number}.js", host="a.example", purpose=text)
        for number, text in enumerate(told)
    ]
    [service] = declared(*scripts)["targeting"].services
    assert service.purpose == "Measures advertisements. delivers a tag."
    [service] = declared(scripts[1])["targeting"].services
    assert service.purpose == "delivers a tag"


def test_a_cookie_that_the_browser_refused_is_not_stored_and_not_declared() -> None:
    assert declared(make_finding(attributes={"blocked": ("SameSiteLax",)})) == {}


def test_the_banners_own_cookie_is_declared_once() -> None:
    [item] = declared(choice_days=182)["strictly-necessary"].items
    assert (item.name, item.lifetime, item.vendor) == ("consentinel", "6 months", "this site")
    assert item.purpose
    seen = make_finding(name="consentinel", vendor="consentinel", category="strictly-necessary")
    assert len(declared(seen, choice_days=182)["strictly-necessary"].items) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_all_words(locale: str) -> None:
    words, english = words_of(locale), words_of("en")
    assert words.keys() == english.keys()
    assert "{date}" in words["scanned"]
    made = declared(make_finding(category=None), locale=locale)
    assert made["unclassified"].title == words["unclassified"]
    for unit in ("day", "month", "year"):
        assert "other" in words[unit]


@pytest.mark.parametrize(
    ("days", "locale", "said"),
    [
        (0, "en", "Until the browser is closed"),
        (None, "de", "Bis Sie es löschen"),
        (1, "en", "1 day"),
        (59, "de", "59 Tage"),
        (90, "en", "3 months"),
        (365, "fr", "1 an"),
        (730, "pl", "2 lata"),
        (30, "pl", "30 dni"),
        (365 * 5, "pl", "5 lat"),
        (365 * 22, "pl", "22 lata"),
        (30, "ro", "30 de zile"),
        (90, "ro", "3 luni"),
        (2, "ar", "يومان"),
        (3, "ar", "3 أيام"),
        (11, "ar", "11 يومًا"),
        (365 * 100, "ar", "100 سنة"),
    ],
)
def test_lifetimes_in_words(days: int | None, locale: str, said: str) -> None:
    assert lifetime(days, locale) == said


@given(st.none() | st.integers(0, 100_000), st.sampled_from(LOCALES))
def test_every_lifetime_can_be_said(days: int | None, locale: str) -> None:
    said = lifetime(days, locale)
    assert said
    assert "{" not in said


def test_hostile_reports_are_declared_without_a_value_lost() -> None:
    made = declare(hostile_report(), load_catalogue())
    assert sum(len(category.items) for category in made.categories) == len(hostile_report().findings)
