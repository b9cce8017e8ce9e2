from typing import Literal

import pytest

from consentinel.scanner.catalogue.filter_lists import FilterListText, ListHit, build_lists
from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.second_opinions import SecondOpinions
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import Party

SITE = "https://www.shop.example/"
CORE = Document(
    "core.yaml",
    b"vendors:\n  - {id: acme, vendor: Acme, category: performance, purpose: Counts., check: x, "
    b"hosts: [ads.example]}\n  - {id: base, vendor: Base, category: strictly-necessary, purpose: Serves., "
    b"check: x, hosts: [base.example]}\n",
)
ADS = FilterListText(
    "easylist", "EasyList", "||ads.example^\n||banners.example^\n/adserver/*\n||base.example^\n"
)
SPIES = FilterListText("easyprivacy", "EasyPrivacy", "||spies.example^\n")


class NoLists:
    """Lists that count how often they are asked."""

    engine: Literal["adblock", "host-suffix"] = "adblock"

    def __init__(self) -> None:
        self.asked = 0

    def match(
        self, url: str, site: str | None, resource_type: str | None, party: Party | None
    ) -> ListHit | None:
        """Know nothing."""
        assert (url, site, resource_type, party) == ("https://nobody.example/x.js", SITE, "script", "third")
        self.asked += 1
        return None


def request(url: str, party: Party = "third") -> Subject:
    return Subject(kind="request", url=url, site=SITE, resource_type="script", party=party)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    lists = build_lists([ADS, SPIES])
    return catalogue_from(
        [CORE], opinions=SecondOpinions(lists, lambda subject: (f"Hint on {subject.url}.",))
    )


def test_a_specific_rule_of_easylist_decides_where_no_entry_does(catalogue: Catalogue) -> None:
    decision = catalogue.decide(request("https://x.banners.example/b.js"))
    assert (decision.category, decision.layer) == ("targeting", "pack")
    assert decision.rule == "pack:easylist/||banners.example^"
    assert any("||banners.example^" in line for line in decision.evidence)


def test_the_core_goes_first_and_the_rule_is_evidence(catalogue: Catalogue) -> None:
    decision = catalogue.decide(request("https://ads.example/b.js"))
    assert (decision.category, decision.rule) == ("performance", "core:acme/host:ads.example")
    assert len(decision.evidence) == 2
    assert "EasyList has the rule `||ads.example^`" in decision.evidence[1]


def test_easyprivacy_alone_tells_no_category(catalogue: Catalogue) -> None:
    decision = catalogue.decide(request("https://spies.example/b.js"))
    assert (decision.category, decision.layer) == (None, "unclassified")
    assert [line.partition(" ")[0] for line in decision.evidence] == ["EasyPrivacy", "Hint"]


def test_a_generic_rule_or_the_sites_own_host_makes_no_tracker(catalogue: Catalogue) -> None:
    generic = catalogue.decide(request("https://nobody.example/adserver/x.js"))
    own = catalogue.decide(request("https://banners.example/x.js", party="first"))
    assert (generic.category, own.category) == (None, None)
    assert "alone makes no tracker" in generic.evidence[0]
    assert "alone makes no tracker" in own.evidence[0]


def test_a_list_changes_nothing_necessary_but_its_rule_is_shown(catalogue: Catalogue) -> None:
    decision = catalogue.decide(request("https://base.example/x.js"))
    assert (decision.category, decision.rule) == ("strictly-necessary", "core:base/host:base.example")
    assert decision.evidence == (
        "The request goes to base.example.",
        "EasyList has the rule `||base.example^` for it.",
    )


def test_a_long_rule_is_cut_and_still_told_from_others() -> None:
    sites = "|".join(f"site-{number}.example" for number in range(400))
    texts = [f"||long.example^$domain=shop.example|{sites}{more}\n" for more in ("", "|x.example")]
    found = [_decided_by(text) for text in texts]
    assert found[0][:40] == found[1][:40] == "pack:easylist/||long.example^$domain=sho"
    assert found[0] != found[1]
    assert max(map(len, found)) < 350


def _decided_by(text: str) -> str:
    lists = build_lists([FilterListText("easylist", "EasyList", text)])
    decision = catalogue_from([CORE], opinions=SecondOpinions(lists)).decide(
        request("https://long.example/x.js")
    )
    return decision.rule or ""


def test_lists_are_asked_about_requests_only_and_once_for_the_same() -> None:
    lists = NoLists()
    catalogue = catalogue_from([CORE], opinions=SecondOpinions(lists))
    for _ in range(3):
        catalogue.decide(request("https://nobody.example/x.js"))
        catalogue.decide(Subject(kind="cookie", name="a", host="ads.example", url="https://ads.example/"))
    assert lists.asked == 1
