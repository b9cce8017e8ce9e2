from typing import Any

import pytest

from consentinel.banner.vendors import Told, VendorTold, told
from consentinel.scanner.observations import Writer
from consentinel.scanner.report import Finding
from tests.banner.typical_report import banner, request, stored

HOTJAR = request("script.hotjar.com/a.js", "core:hotjar/host:hotjar.com", category="performance")


def part(*findings: Finding, **settings: Any) -> Told:
    made = banner(*findings, **settings)
    return told(made.rules, made.maker, made.catalogue.categories)


def entries(*findings: Finding, **settings: Any) -> dict[str, VendorTold]:
    return {entry["slug"]: entry for entry in part(*findings, **settings)["vendors"]}


def test_a_service_is_described_by_the_catalogue() -> None:
    cookie = stored(
        "_hjSession_*", "core:hotjar/cookie:_hjSession_*", category="performance", purpose="Holds a visit."
    )
    entry = entries(HOTJAR, cookie)["hotjar"]
    assert entry["name"].startswith("Hotjar")
    assert entry["purpose"]
    assert entry["category"] == "performance"
    assert entry["policy"].startswith("https://")
    assert [(item["kind"], item["name"], item["purpose"]) for item in entry["items"]] == [
        ("cookie", "_hjSession_*", "Holds a visit.")
    ]


def test_a_service_of_several_categories_is_listed_where_all_of_it_runs() -> None:
    cookie = stored("hubspotutk", "core:hubspot/cookie:hubspotutk", category="targeting", vendor="HubSpot")
    script = request("js.hs-scripts.com/1.js", "core:hubspot/host:hs-scripts.com", category="performance")
    assert entries(cookie, script)["hubspot"]["category"] == "targeting"


def test_cookies_of_strangers_are_listed_too() -> None:
    script = request("a.example/x.js", category="targeting", vendor="A")
    cookie = stored("uid", host="a.example", party="third", category="targeting", vendor="A")
    assert [item["name"] for item in entries(script, cookie)["a"]["items"]] == ["uid"]


def test_what_a_rule_decided_is_listed_with_its_service() -> None:
    name = "A8.net (Fan Communications)"
    cookie = stored("uid", "override:banner-rules/name:uid", category="targeting", vendor=name)
    own = [{"host": "a8.example", "category": "targeting", "vendor": name}]
    assert [item["name"] for item in entries(cookie, rules=own)["a8-net"]["items"]] == ["uid"]


def test_the_sites_own_items_are_listed_by_category() -> None:
    session = stored("sid", category="strictly-necessary")
    lang = stored("lang", "core:language/cookie:lang", category="functional")
    found = part(session, lang)["vendors"]
    assert [(entry["slug"], entry["name"], entry["category"]) for entry in found] == [
        ("", "www.example.com", "strictly-necessary"),
        ("", "www.example.com", "functional"),
    ]


def test_what_others_store_and_nobody_named_is_listed_with_their_domain() -> None:
    own = stored("sid", category="targeting")
    strange = stored("uid", host="x.tracker.example", party="third", category="targeting")
    session = stored(
        "PHPSESSID", "core:php/cookie:PHPSESSID", host="y.tracker.example", party="third", vendor="PHP"
    )
    found = part(own, strange, session)["vendors"]
    assert [(entry["slug"], entry["name"], [item["name"] for item in entry["items"]]) for entry in found] == [
        ("", "tracker.example", ["PHPSESSID", "uid"]),
        ("", "www.example.com", ["sid"]),
    ]


def test_strangers_without_a_name_that_are_held_back_are_listed_with_what_they_write() -> None:
    script = request("metrics.tracker.example/m.js")
    known = request("ads.other.example/a", "behaviour:id-sync", layer="behaviour", category="performance")
    free = request("cdn.free.example/f.js", category="strictly-necessary")
    cookie = stored("_uid", writer=Writer("https://metrics.tracker.example/m.js", 1))
    found = part(script, known, free, cookie, stored("tea"))["vendors"]
    assert [
        (entry["name"], entry["category"], [item["name"] for item in entry["items"]]) for entry in found
    ] == [
        ("other.example", "performance", []),
        ("tracker.example", "targeting", ["_uid"]),
        ("www.example.com", "targeting", ["tea"]),
    ]


def test_a_host_that_the_operators_rule_lets_load_is_not_listed_as_held_back() -> None:
    rules = [{"host": "metrics.tracker.example", "category": "strictly-necessary"}]
    assert part(request("metrics.tracker.example/m.js"), rules=rules)["vendors"] == []


def test_a_service_that_only_the_operator_names() -> None:
    own = [{"host": "tracker.example", "category": "targeting", "vendor": "Example"}]
    expected: VendorTold = {
        "slug": "example",
        "name": "Example",
        "category": "targeting",
        "purpose": "",
        "policy": "",
        "items": [],
    }
    assert entries(rules=own)["example"] == expected


@pytest.mark.parametrize(
    ("attributes", "days"),
    [
        ({"lifetime": "session"}, 0),
        ({"lifetime": "30 minutes"}, 1),
        ({"lifetime": "365 days"}, 365),
        ({"lifetime": ("session", "2 days")}, 2),
        ({"area": "sessionStorage"}, 0),
        ({"area": "localStorage"}, None),
    ],
)
def test_how_long_an_item_is_kept(attributes: dict[str, Any], days: int | None) -> None:
    found = part(stored("_x", category="targeting", attributes=attributes))["vendors"]
    assert [item["days"] for entry in found for item in entry["items"]] == [days]


def test_a_captcha_is_called_by_its_product() -> None:
    facts: dict[str, Any] = {
        "rule": "core:captcha/recaptcha-v3",
        "category": "strictly-necessary",
        "contested": True,
    }
    widget = request("recaptcha-v3", host="www.google.com", kind="captcha", vendor="reCAPTCHA v3", **facts)
    cookie = stored("_GRECAPTCHA", vendor="Google", **facts)
    entry = entries(widget, cookie)["google-captcha"]
    assert (entry["name"], entry["category"]) == ("reCAPTCHA v3", "functional")


def test_the_categories_are_described() -> None:
    assert list(part(HOTJAR)["categories"]) == [
        "strictly-necessary",
        "functional",
        "performance",
        "targeting",
    ]
