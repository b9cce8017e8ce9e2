from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.filter_engine import AdblockLists
from consentinel.scanner.catalogue.filter_lists import FilterListText, ListHit

SITE = "https://www.shop.example/"
RULES = """
-ad-banner.
/adserver/*
://ads.
||adnet.*/generic/
||path.test/pixel/
.dotted.test/collect?
|https://exact.test/x.js|
/\\.regex\\.test\\/[0-9]+\\.gif$/
||script.test^$script
||xhr.test^$xmlhttprequest
||ping.test^$ping
||sub.test^$subdocument
||media.test^$media
||socket.test^$websocket
||other.test^$other
||domain.test^$domain=shop.example
||elsewhere.test^$domain=news.example
||popup.test^$popup
||excused.test^
@@||excused.test/lib/$script,domain=shop.example
||gone.test^
||gone.test^$badfilter
||strong.test^$important
@@||strong.test^
"""


def engine(*texts: str) -> AdblockLists:
    ids = ("easylist", "easyprivacy")
    return AdblockLists([FilterListText(name, name, text) for name, text in zip(ids, texts, strict=False)])


@pytest.fixture(scope="module")
def hit() -> Callable[..., ListHit | None]:
    lists = engine(RULES)
    return lambda url, kind="script": lists.match(url, SITE, kind, "third")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://cdn.test/x-ad-banner.gif", "-ad-banner."),
        ("https://cdn.test/adserver/x.js", "/adserver/*"),
        ("https://ads.cdn.test/x.js", "://ads."),
        ("https://adnet.co.uk/generic/x.js", "||adnet.*/generic/"),
    ],
)
def test_a_rule_that_names_no_host_is_evidence_only(
    hit: Callable[..., ListHit | None], url: str, rule: str
) -> None:
    found = hit(url)
    assert found is not None
    assert (found.rule, found.decides, found.category) == (rule, False, None)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://path.test/pixel/1.gif", "||path.test/pixel/"),
        ("https://eu.path.test/pixel/1.gif", "||path.test/pixel/"),
        ("https://eu.dotted.test/collect?v=1", ".dotted.test/collect?"),
        ("https://exact.test/x.js", "|https://exact.test/x.js|"),
        ("https://domain.test/x.js", "||domain.test^$domain=shop.example"),
        ("https://excused.test/other.js", "||excused.test^"),
        ("https://strong.test/x.js", "||strong.test^$important"),
    ],
)
def test_a_rule_that_names_the_host_decides(hit: Callable[..., ListHit | None], url: str, rule: str) -> None:
    found = hit(url)
    assert found is not None
    assert (found.rule, found.decides, found.category) == (rule, True, "targeting")


@pytest.mark.parametrize(
    "url",
    [
        "https://path.test/other/1.gif",
        "https://exact.test/x.js?v=1",
        "https://elsewhere.test/x.js",
        "https://popup.test/x.js",
        "https://excused.test/lib/x.js",
        "https://gone.test/x.js",
    ],
)
def test_rules_that_do_not_apply(hit: Callable[..., ListHit | None], url: str) -> None:
    assert hit(url) is None


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("script", ["script", "Script"]),
        ("xhr", ["xhr", "XHR", "fetch", "eventsource"]),
        ("ping", ["ping", "beacon"]),
        ("sub", ["document", "frame", "iframe", "subdocument"]),
        ("media", ["media", "texttrack"]),
        ("socket", ["websocket"]),
        ("other", ["other", None, "", "manifest", "prefetch", "cspviolationreport", "new-in-2030"]),
    ],
)
def test_resource_types_of_the_browser(
    hit: Callable[..., ListHit | None], name: str, kinds: list[str | None]
) -> None:
    assert all(hit(f"https://{name}.test/x", kind) for kind in kinds)
    others = [kind for kind in ("script", "fetch", "ping", "document", "media", "font") if kind not in kinds]
    assert not any(hit(f"https://{name}.test/x", kind) for kind in others)


def test_a_generic_rule_hides_no_specific_one() -> None:
    lists = engine("/pixel/*\n||host.test^\n", "/pixel/\n")
    found = lists.match("https://host.test/pixel/1.gif", SITE, "image", "third")
    assert found is not None
    assert (found.rule, found.decides) == ("||host.test^", True)


def test_a_specific_rule_of_the_one_list_hides_no_generic_doubt_of_the_other() -> None:
    lists = engine("/pixel/*\n", "||host.test^\n")
    found = lists.match("https://host.test/pixel/1.gif", SITE, "image", "third")
    assert found is not None
    assert (found.list_id, found.decides, found.category) == ("easyprivacy", True, None)


class PanicException(BaseException):
    """Named as pyo3 does."""


@pytest.mark.parametrize(("raised", "caught"), [(PanicException, True), (KeyboardInterrupt, False)])
def test_a_panic_of_the_engine_is_no_match(
    monkeypatch: pytest.MonkeyPatch, raised: type[BaseException], caught: bool
) -> None:
    class Broken:
        def __init__(self, *args: object, **options: object) -> None: ...

        def check_network_urls_with_hostnames(self, *args: object) -> NoReturn:
            raise raised

    monkeypatch.setattr("adblock.Engine", Broken)
    lists = engine("||host.test^")
    if caught:
        assert lists.match("https://host.test/", SITE, "image", "third") is None
    else:
        with pytest.raises(raised):
            lists.match("https://host.test/", SITE, "image", "third")


@given(st.text(alphabet="ab.|^$,=~@/*\\ é-_[]()!{}+?domainscriptthird-party\ud800\n"))
@settings(max_examples=200)
def test_no_list_raises(text: str) -> None:
    engine(text, f"||{text}").match("https://ab.test/a.b/", SITE, "script", "third")
