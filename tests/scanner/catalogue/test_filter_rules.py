import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.catalogue.filter_rules import (
    PlainRule,
    looks_like_filter_list,
    names_host,
    network_rules,
    plain_rule,
    starts_with_host,
)


def test_only_rules_for_requests_are_rules() -> None:
    text = (
        "\ufeff[Adblock Plus 2.0]\r\n! Title: x\r\n\r\n||a.test^\r\n  @@||b.test^$script \n"
        "##.ad\nnews.example##.ad\nnews.example#@#.ad\nnews.example#?#div:has(.ad)\nnews.example#$#abort x\n"
        "news.example#%#//scriptlet()\n!#if x\n/|\n*\n||^\n@@|$script\n/banner/*\n"
    )
    assert list(network_rules(text)) == ["||a.test^", "@@||b.test^$script", "/banner/*"]


@pytest.mark.parametrize(
    ("rule", "host", "expected"),
    [
        ("||ads.test^", "ads.test", True),
        ("||ads.test^$third-party", "eu.ads.test", True),
        ("||eu.ads.test/x", "eu.ads.test", True),
        ("||ads.test", "ads.test", True),
        ("||ADS.test^", "ads.test", True),
        ("||eu.*.ads.test^", "eu.x.ads.test", True),
        (".ads.test/pixel?", "eu.ads.test", True),
        ("|https://ads.test/x.js|", "ads.test", True),
        ("://ads.test:8080/", "ads.test", True),
        ("||ads.co.uk^", "x.ads.co.uk", True),
        ("||d1.cloudfront.net^", "d1.cloudfront.net", True),
        ("||192.0.2.7^", "192.0.2.7", True),
        ("/myads.test/ads.test^", "ads.test", True),
        ("||cloudfront.net^", "d1.cloudfront.net", False),
        ("||192.0.2.", "192.0.2.7", False),
        ("||ads.*/x", "ads.test", False),
        ("://ads.", "ads.test", False),
        ("-ad-banner.", "ads.test", False),
        ("/adserver/*", "adserver.test", False),
        ("||myads.test^", "ads.test", False),
        ("||ads.test.example^", "ads.test", False),
        ("/x^$domain=ads.test", "ads.test", False),
    ],
)
def test_a_rule_names_the_host_or_only_fits_it(rule: str, host: str, expected: bool) -> None:
    assert names_host(rule, host) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("||ads.test^", True),
        ("|https://ads.test/", True),
        (".ads.test/x", True),
        ("||ads.*/x", False),
        ("://ads.", False),
        ("/ads.js", False),
    ],
)
def test_rules_that_are_anchored_to_a_host(rule: str, expected: bool) -> None:
    assert starts_with_host(rule) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("||Ads.test^", PlainRule("ads.test", is_exception=False, third_only=False)),
        ("||münchen.test^", PlainRule("xn--mnchen-3ya.test", is_exception=False, third_only=False)),
        ("@@||ads.test^$third-party", PlainRule("ads.test", is_exception=True, third_only=True)),
        ("||a..test^", None),
        ("||%zz.test^", None),
        ("/ads.test^$/", None),
    ],
)
def test_rules_for_a_whole_host(rule: str, expected: PlainRule | None) -> None:
    assert plain_rule(rule) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n\ufeff\n", "is empty"),
        ("<!DOCTYPE html><title>404</title>", "is a web page, not a filter list"),
        ('{"error": 404}', "is JSON, not a filter list"),
        ('["||ads.test^"]', "is JSON, not a filter list"),
        ("||ads.test^\n\0\0", "is a binary file, not a filter list"),
        ("Not found.\nThe || page is gone.\n", "is plain text, not a filter list"),
        ("[Adblock Plus 2.0]\n! Title: x\n", "has no rule that names a host (`||host^`)"),
        ("[Adblock Plus 2.0]\nnews.example##.ad\n", "has no rule that names a host (`||host^`)"),
    ],
)
def test_what_is_no_filter_list(text: str, reason: str) -> None:
    assert looks_like_filter_list(text) == reason


@pytest.mark.parametrize("text", ["||ads.test^", "[Adblock Plus 2.0]\n! x\n/ad.gif\n||ads.test^\n"])
def test_what_is_a_filter_list(text: str) -> None:
    assert looks_like_filter_list(text) is None


@given(st.text(alphabet=st.characters()))
def test_no_text_raises(text: str) -> None:
    looks_like_filter_list(text)
    for rule in network_rules(text):
        plain_rule(rule)
        starts_with_host(rule)
        names_host(rule, "ads.test")


@given(st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,8}){1,3}", fullmatch=True))
def test_every_plain_host_is_found(host: str) -> None:
    assert plain_rule(f"||{host}^") == PlainRule(host, is_exception=False, third_only=False)
    assert starts_with_host(f"||{host}^")
