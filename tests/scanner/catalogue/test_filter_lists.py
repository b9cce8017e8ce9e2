"""Where both engines agree; what only one of them does is in test_filter_engine and test_filter_hosts."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.filter_engine import AdblockLists
from consentinel.scanner.catalogue.filter_hosts import HostSuffixLists
from consentinel.scanner.catalogue.filter_lists import FilterListText, ListHit, Lists, build_lists

SITE = "https://www.shop.example/cart"
ADS = """[Adblock Plus 2.0]
! Title: made for tests
||ads.test^
||third.test^$third-party
||own.test^$~third-party
||narrow.test^$domain=news.example
||excused.test^
||half.test^
@@||excused.test^
@@||cdn.half.test^
||both.test^
||cloudfront.net^
||münchen.test^
news.example##.banner
"""
TRACKERS = """
||tracker.test^
||both.test^$third-party
||ads-too.test^
@@||ads-too.test^$third-party
"""


@pytest.fixture(params=[AdblockLists, HostSuffixLists], scope="module")
def lists(request: pytest.FixtureRequest) -> Lists:
    found: Lists = request.param(
        [FilterListText("easyprivacy", "EasyPrivacy", TRACKERS), FilterListText("easylist", "EasyList", ADS)]
    )
    return found


@pytest.fixture
def hit(lists: Lists) -> Callable[[str], ListHit | None]:
    return lambda url: lists.match(url, SITE, "script", None)


def test_a_third_party_that_easylist_names_is_targeting(hit: Callable[[str], ListHit | None]) -> None:
    assert hit("https://cdn.ads.test/x.js?a=1") == ListHit(
        list_id="easylist",
        title="EasyList",
        rule="||ads.test^",
        decides=True,
        category="targeting",
        evidence="EasyList has the rule `||ads.test^` for it.",
    )


def test_a_third_party_that_only_easyprivacy_names_is_a_tracker_of_no_category(
    hit: Callable[[str], ListHit | None],
) -> None:
    found = hit("https://tracker.test/x.js")
    assert found is not None
    assert (found.list_id, found.decides, found.category) == ("easyprivacy", True, None)


def test_easylist_answers_where_both_name_it(hit: Callable[[str], ListHit | None]) -> None:
    found = hit("https://both.test/x.js")
    assert found is not None
    assert (found.list_id, found.category) == ("easylist", "targeting")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example/ads.js",
        "https://notads.test/",
        "https://ads.test.example/",
        "https://excused.test/x.js",
        "https://a.excused.test/x.js",
        "https://cdn.half.test/x.js",
        "https://ads-too.test/x.js",
        "https://narrow.test/x.js",
        "https://own.test/x.js",
    ],
)
def test_no_rule_or_an_exception_of_any_list(hit: Callable[[str], ListHit | None], url: str) -> None:
    assert hit(url) is None


def test_an_exception_for_a_part_leaves_the_rest(hit: Callable[[str], ListHit | None]) -> None:
    assert hit("https://half.test/x.js") is not None


@pytest.mark.parametrize("party", ["first", None])
def test_the_sites_own_host_makes_no_tracker(lists: Lists, party: None) -> None:
    found = lists.match("https://cdn.ads.test/x.js", "https://www.ads.test/", "script", party)
    assert found is not None
    assert (found.decides, found.category) == (False, None)
    assert found.evidence.endswith(", but the site's own host alone makes no tracker.")


def test_what_the_caller_says_of_the_party_counts(lists: Lists) -> None:
    assert lists.match("https://third.test/x.js", SITE, "script", "first") is None
    own = lists.match("https://cdn.third.test/x.js", "https://www.third.test/", "script", "third")
    assert own is not None
    assert own.decides


def test_without_site_and_party_it_is_a_third_party(lists: Lists) -> None:
    found = lists.match("https://third.test/x.js", None, None, None)
    assert found is not None
    assert found.decides


def test_a_rule_for_shared_hosting_names_none_of_its_tenants(hit: Callable[[str], ListHit | None]) -> None:
    found = hit("https://d1abc.cloudfront.net/x.js")
    assert found is not None
    assert not found.decides
    assert found.evidence.endswith(", which names no host and alone makes no tracker.")


@pytest.mark.parametrize(
    "url",
    [
        "https://ADS.test/",
        "https://ads.test./",
        "https://ads.test:8443/x",
        "https://user:pw@ads.test/",
        "https://ads.test",
        "https://ads.test?x=1",
        "wss://ads.test/socket",
        "HTTPS://ads.test/",
        "https://ads.test/é?ü=\ud800",
        "https://ads.test/?" + "x" * 1_000_000,
        "https://münchen.test/",
        "https://xn--mnchen-3ya.test/",
    ],
)
def test_the_same_host_written_otherwise(hit: Callable[[str], ListHit | None], url: str) -> None:
    assert hit(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ads.test",
        "//ads.test/",
        "https://",
        "https:///x",
        "data:text/html,https://ads.test/",
        "blob:https://ads.test/1",
        "about:blank",
        "javascript:void(0)",
        "https://[ads.test/",
        "https://é%zz.test\ud800/",
        "ftp://ads.test/",
    ],
)
def test_what_is_no_request_matches_nothing(hit: Callable[[str], ListHit | None], url: str) -> None:
    assert hit(url) is None


def test_long_rules_are_cut_in_the_evidence_only() -> None:
    rule = "||ads.test^$domain=~" + "|~".join(f"news{number}.example" for number in range(100))
    found = AdblockLists([FilterListText("easylist", "EasyList", rule)]).match(
        "https://ads.test/", SITE, "image", "third"
    )
    assert found is not None
    assert found.rule == rule
    assert f"`{rule[:300]}…`" in found.evidence


@pytest.mark.parametrize("engine", [AdblockLists, HostSuffixLists])
def test_no_lists_match_nothing(engine: type[AdblockLists] | type[HostSuffixLists]) -> None:
    assert engine([]).match("https://ads.test/", SITE, "script", "third") is None


def test_the_package_is_used_where_it_is_installed() -> None:
    assert build_lists([]).engine == "adblock"


def test_without_the_package_the_table_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adblock", None)
    assert build_lists([]).engine == "host-suffix"
    lists = build_lists([FilterListText("easylist", "EasyList", ADS)])
    assert lists.engine == "host-suffix"
    assert lists.match("https://ads.test/", SITE, "script", "third") is not None


@given(
    st.one_of(st.text(), st.text().map("https://".__add__)),
    st.one_of(st.none(), st.text(), st.text().map("http://".__add__)),
    st.one_of(st.none(), st.text()),
)
@settings(max_examples=200)
def test_no_request_raises(lists: Lists, url: str, site: str | None, kind: str | None) -> None:
    lists.match(url, site, kind, None)
