import pytest

from consentinel.scanner.catalogue.filter_hosts import HostSuffixLists
from consentinel.scanner.catalogue.filter_lists import FilterListText, ListHit

SITE = "https://www.shop.example/"


def match(rules: str, url: str) -> ListHit | None:
    lists = HostSuffixLists([FilterListText("easylist", "EasyList", rules)])
    return lists.match(url, SITE, "script", "third")


@pytest.mark.parametrize(
    "rule",
    [
        "||ads.test^",
        "||ads.test^|",
        "||ads.test^$third-party",
        "||ads.test^$3p,important",
        "||ADS.test^",
    ],
)
def test_rules_for_a_whole_host(rule: str) -> None:
    found = match(rule, "https://eu.ads.test/x.js")
    assert found is not None
    assert (found.rule, found.decides) == (rule, True)


@pytest.mark.parametrize(
    "rule",
    [
        "||ads.test^$script",
        "||ads.test^$domain=shop.example",
        "||ads.test^$~third-party",
        "||ads.test^$popup",
        "||ads.test^$option-of-2030",
        "||ads.test/x.js",
        "||ads.test",
        "||ads.*^",
        "||test^",
        "ads.test",
        "-ads.",
        "ads.test##.x",
    ],
)
def test_rules_that_say_less_are_left_to_the_engine(rule: str) -> None:
    assert match(rule, "https://eu.ads.test/x.js") is None


@pytest.mark.parametrize(
    "exception", ["@@||ads.test^", "@@||eu.ads.test^", "@@||test.example^\n@@||ads.test^$third-party"]
)
def test_an_exception_for_the_host_or_a_parent_of_it(exception: str) -> None:
    assert match(f"||ads.test^\n{exception}", "https://eu.ads.test/x.js") is None


@pytest.mark.parametrize(
    "exception",
    ["@@||us.ads.test^", "@@||ads.test^$script", "@@||ads.test^$generichide", "@@||ads.test/lib/"],
)
def test_a_narrower_exception_undoes_no_rule(exception: str) -> None:
    assert match(f"||ads.test^\n{exception}", "https://eu.ads.test/x.js") is not None


def test_the_longest_host_answers() -> None:
    found = match("||ads.test^\n||eu.ads.test^\n", "https://a.eu.ads.test/x.js")
    assert found is not None
    assert found.rule == "||eu.ads.test^"
