import hashlib
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.classify import classify
from consentinel.scanner.observations import Observation
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Finding
from consentinel.scanner.site_rules import NO_RULES, SiteRules
from tests.support.observing import OWN, make_observation

ID = "7f3a9c1e5b8d2f4a7f3a"
YEAR_S = 365 * 86_400
CATALOGUE = b"""
vendors:
  - id: ads
    vendor: Ads
    category: targeting
    purpose: Shows ads.
    check: https://ads.example/
    hosts: [ads.example]
  - id: counter
    vendor: Counter
    category: performance
    purpose: Counts.
    check: https://counter.example/
    cookies: [_count]
    hosts: [counter.example]
  - id: payer
    vendor: Payer
    category: strictly-necessary
    purpose: Takes money.
    check: https://payer.example/
    cookies: [basket]
    hosts: [payer.example]
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_from([Document("core.yaml", CATALOGUE)], [])


def cookie(name: str = "uid", host: str = "www.shop.example", value: str = ID, **changes: Any) -> Observation:
    attributes = {"max_age_s": YEAR_S, "via": "header"} | changes.pop("attributes", {})
    return make_observation(name=name, host=host, value=value, attributes=attributes, **changes)


def storage(area: str, value: str = ID) -> Observation:
    return make_observation(kind="storage", name="uid", value=value, attributes={"area": area})


def request(url: str, kind: Any = "pixel", *, redirects: tuple[str, ...] = (), **changes: Any) -> Observation:
    host, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    attributes: dict[str, Any] = {"resource_type": "script" if kind == "script" else "image"}
    if redirects:
        attributes["redirects"] = redirects
    return make_observation(
        kind=kind, name=f"{host}/{path}", host=host, url=url, attributes=attributes, **changes
    )


def found(
    catalogue: Catalogue, *seen: Observation, rules: SiteRules = NO_RULES
) -> dict[tuple[str, str], Finding]:
    return {(one.kind, one.name): one for one in classify(seen, catalogue, OWN, rules)}


# --- evidence ---


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (f"https://t.new.example/p?u={ID}", "carries the value of cookie uid (parameter u)"),
        (f"https://t.new.example/p/{ID}/x", "carries the value of cookie uid (path)"),
        (f"https://t.new.example/p?{ID}", "carries the value of cookie uid (query)"),
        (f"https://t.new.example/p?{ID}=1&a={ID}", "carries the value of cookie uid (parameter a)"),
        (
            f"https://t.new.example/p?d={quote(b64encode(f'id={ID}&n=1'.encode()).decode())}",
            "carries the value of cookie uid (parameter d)",
        ),
        (
            f"https://t.new.example/p?u={quote(quote(f'x={ID}'))}",
            "carries the value of cookie uid (parameter u)",
        ),
        *(
            (
                f"https://t.new.example/p?h={hashlib.new(name, ID.encode()).hexdigest()}",
                f"carries the {shown} hash of the value of cookie uid (parameter h)",
            )
            for name, shown in (("md5", "MD5"), ("sha1", "SHA-1"), ("sha256", "SHA-256"))
        ),
    ],
)
def test_a_request_says_what_it_carries_and_stays_unclassified(
    catalogue: Catalogue, url: str, line: str
) -> None:
    pixel, item = (
        one for one in sorted(found(catalogue, cookie(), request(url)).values(), key=lambda one: one.host)
    )
    assert pixel.host == "t.new.example"
    assert (pixel.category, pixel.layer, pixel.rule) == (None, "unclassified", None)
    assert line in pixel.evidence
    assert item.category is None
    assert any(clue.endswith(f"is sent to new.example {line[line.index('(') :]}") for clue in item.evidence)


@pytest.mark.parametrize("area", ["localStorage", "indexedDB"])
def test_storage_holds_identifiers_too(catalogue: Catalogue, area: str) -> None:
    seen = found(catalogue, storage(area, f'{{"id":"{ID}"}}'), request(f"https://t.new.example/p?u={ID}"))
    assert "carries the value of storage item uid (parameter u)" in seen["pixel", "t.new.example/p"].evidence


def clues(catalogue: Catalogue, *seen: Observation) -> list[str]:
    findings = classify(seen, catalogue, OWN)
    return [line for finding in findings for line in finding.evidence if "value of" in line]


@pytest.mark.parametrize(
    "item",
    [
        cookie(attributes={"max_age_s": 1800}),
        make_observation(name="uid", value=ID, attributes={"lifetime": "session"}),
        storage("sessionStorage"),
        cookie("basket"),
        cookie(value="ab12cd3"),
        cookie(value="de-DE"),
        cookie(name=f"of_{ID}"),
    ],
    ids=["short-lived", "session", "session storage", "necessary", "short", "locale", "in its name"],
)
def test_what_is_no_identifier_of_a_visitor_is_no_evidence(catalogue: Catalogue, item: Observation) -> None:
    value = item.value or ""
    assert clues(catalogue, item, request(f"https://t.new.example/p?u={value}")) == []


def test_the_jar_knows_no_lifetime_but_the_header_does(catalogue: Catalogue) -> None:
    jar = make_observation(name="uid", value=ID, attributes={"via": "jar"}, state="accept")
    sent = request(f"https://t.new.example/p?u={ID}")
    assert clues(catalogue, jar, sent)
    assert clues(catalogue, jar, cookie(attributes={"max_age_s": 1800}), sent) == []


@pytest.mark.parametrize(
    "other",
    [
        request(f"https://api.shop.example/v1?session={ID}"),
        request(f"https://pay.payer.example/v1?basket={ID}"),
    ],
    ids=["own host", "necessary vendor"],
)
def test_own_hosts_and_necessary_vendors_get_no_identifiers(catalogue: Catalogue, other: Observation) -> None:
    assert clues(catalogue, cookie(), other) == []


def test_hosts_that_the_operator_calls_own_are_no_third_parties(catalogue: Catalogue) -> None:
    own = OwnHosts("www.shop.example", ["new.example"])
    (item,) = classify([cookie(), request(f"https://t.new.example/p?u={ID}", "request")], catalogue, own)[:1]
    assert item.evidence == ()


@pytest.mark.parametrize(
    "public",
    [
        make_observation(name="other", page=f"https://www.shop.example/p/{ID}"),
        request(f"https://www.shop.example/assets/{ID}/main.js", "script"),
        request(f"https://www.shop.example/main.js?v={ID}", "script"),
        request(f"https://cdn.new.example/{ID}/tag.js", "script"),
    ],
    ids=["page", "build folder", "build query", "account"],
)
def test_what_stands_in_public_addresses_identifies_nobody(catalogue: Catalogue, public: Observation) -> None:
    assert clues(catalogue, cookie(), public, request(f"https://t.new.example/p?u={ID}")) == []


# --- answers ---


def test_an_item_whose_value_goes_to_an_advertiser_is_targeting(catalogue: Catalogue) -> None:
    seen = found(catalogue, cookie(), request(f"https://px.ads.example/p?u={ID}"))
    item = seen["cookie", "uid"]
    assert (item.category, item.layer, item.rule) == ("targeting", "behaviour", "behaviour:id-sync")
    assert "the value is sent to ads.example (parameter u)" in item.evidence
    assert seen["pixel", "px.ads.example/p"].layer == "core"


def test_an_item_that_the_catalogue_knows_keeps_its_answer(catalogue: Catalogue) -> None:
    item = found(catalogue, cookie("_count"), request(f"https://px.ads.example/p?u={ID}"))["cookie", "_count"]
    assert (item.category, item.layer) == ("performance", "core")
    assert "the value is sent to ads.example (parameter u)" in item.evidence


def test_an_analytics_vendor_alone_decides_nothing(catalogue: Catalogue) -> None:
    seen = found(catalogue, cookie(), request(f"https://in.counter.example/p?u={ID}"))
    assert seen["cookie", "uid"].category is None


@pytest.mark.parametrize("kind", ["request", "pixel", "beacon"])
def test_who_shares_an_identifier_with_an_advertiser_is_targeting(catalogue: Catalogue, kind: str) -> None:
    sent = [request(f"https://{host}/p?u={ID}", kind) for host in ("t.new.example", "px.ads.example")]
    unknown = found(catalogue, cookie(), *sent)[kind, "t.new.example/p"]
    assert (unknown.category, unknown.rule) == ("targeting", "behaviour:id-sync")
    assert (
        unknown.evidence[-1] == "The identifier in it is shared with ads.example: targeting in the catalogue."
    )


def test_two_strangers_stay_unclassified(catalogue: Catalogue) -> None:
    sent = [request(f"https://{host}/p?u={ID}") for host in ("t.new.example", "t.newer.example")]
    assert {one.category for one in found(catalogue, cookie(), *sent).values()} == {None}


def test_an_analytics_number_makes_nobody_an_advertiser(catalogue: Catalogue) -> None:
    sent = [request(f"https://{host}/p?u={ID}") for host in ("t.new.example", "px.ads.example")]
    assert found(catalogue, cookie("_count"), *sent)["pixel", "t.new.example/p"].category is None


# --- id sync ---


def chain(first: str, *others: str) -> list[Observation]:
    """Return a redirect that takes the id of the first host's cookie to the others, one after the other."""
    hosts = [first, *others]
    urls = [f"https://{host}/sync" for host in hosts]
    requests = [
        request(f"{url}?partner_uid={ID}" if number else url, redirects=tuple(urls[:number]))
        for number, url in enumerate(urls)
    ]
    return [cookie("a_uid", hosts[0]), *requests]


def test_a_redirect_with_an_id_is_a_sync_of_its_own(catalogue: Catalogue) -> None:
    seen = found(catalogue, *chain("a.tracker.example", "b.partner.example", "c.exchange.example"))
    names = {name for kind, name in seen if kind == "id-sync"}
    assert names == {"tracker.example -> partner.example", "tracker.example -> exchange.example"}
    sync = seen["id-sync", "tracker.example -> partner.example"]
    assert (sync.category, sync.layer, sync.party, sync.host) == (
        None, "unclassified", "third", "partner.example",
    )  # fmt: skip
    assert sync.evidence == (
        "the value of cookie a_uid of tracker.example is sent to partner.example by a redirect "
        "(parameter partner_uid)",
    )
    assert sync.url == "https://b.partner.example/sync?partner_uid="
    assert sync.id == "id-sync:tracker.example -> partner.example@partner.example"


@pytest.mark.parametrize(
    "hosts", [("a.tracker.example", "px.ads.example"), ("px.ads.example", "b.new.example")]
)
def test_a_sync_with_an_advertiser_at_either_end_is_targeting(
    catalogue: Catalogue, hosts: tuple[str, str]
) -> None:
    (sync,) = (one for one in found(catalogue, *chain(*hosts)).values() if one.kind == "id-sync")
    assert (sync.category, sync.vendor, sync.layer, sync.rule) == (
        "targeting", "Ads", "behaviour", "behaviour:id-sync",
    )  # fmt: skip


def test_the_one_who_was_sent_the_id_is_not_where_it_comes_from(catalogue: Catalogue) -> None:
    kept = cookie("c_uid", "c.exchange.example")
    seen = found(catalogue, kept, *chain("a.tracker.example", "b.partner.example", "c.exchange.example"))
    assert {name.partition(" ")[0] for kind, name in seen if kind == "id-sync"} == {"tracker.example"}


def test_an_id_sent_back_to_its_owner_is_no_sync(catalogue: Catalogue) -> None:
    seen = found(catalogue, cookie("a", "a.new.example"), request(f"https://b.new.example/p?u={ID}"))
    assert {kind for kind, _ in seen} == {"cookie", "pixel"}


def test_a_site_that_sends_its_own_id_is_no_sync_between_third_parties(catalogue: Catalogue) -> None:
    assert not [kind for kind, _ in found(catalogue, cookie(), *chain("t.new.example")) if kind == "id-sync"]


# --- discipline ---


def test_no_value_gets_into_a_finding(catalogue: Catalogue) -> None:
    urls = [f"https://{host}/p?{ID}={ID}&x{ID}=1&u={ID}" for host in ("b.new.example", "px.ads.example")]
    seen = [cookie(), cookie("a", "a.tracker.example"), *map(request, urls)]
    written = msgspec.json.encode(classify(seen, catalogue, OWN)).decode()
    assert "id-sync" in written
    assert ID not in written.replace(f"x{ID}=", "")


ANY = st.builds(
    make_observation,
    kind=st.sampled_from(["cookie", "pixel", "request", "storage"]),
    name=st.sampled_from(["uid", "_count", "basket", "uid_12345678"]),
    host=st.sampled_from(["www.shop.example", "a.tracker.example", "px.ads.example", "b.new.example"]),
    url=st.sampled_from(
        ["https://b.new.example/x", f"https://px.ads.example/p?u={ID}", f"https://q.example/{ID}"]
    ),
    state=st.sampled_from(["no-choice", "accept"]),
    value=st.sampled_from([None, ID, f"v=1&u={ID}", ID[::-1]]),
    attributes=st.sampled_from(
        [{}, {"max_age_s": YEAR_S}, {"lifetime": "session"}, {"area": "localStorage"}]
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_order_of_observations_decides_nothing(catalogue: Catalogue, data: st.DataObject) -> None:
    seen = data.draw(st.lists(ANY, max_size=10))
    shuffled = data.draw(st.permutations(seen))
    before = msgspec.json.encode(classify(seen, catalogue, OWN), order="sorted")
    assert msgspec.json.encode(classify(shuffled, catalogue, OWN), order="sorted") == before
    assert ID not in before.decode().replace(f"q.example/{ID}", "")


# --- beside the rules of the settings ---


def test_what_a_rule_says_of_an_item_hides_nothing_of_who_is_sent_it(catalogue: Catalogue) -> None:
    hosts = ("px.ads.example", "t.new.example", "u.other.example")
    sent = [request(f"https://{host}/p?u={ID}") for host in hosts]
    said = SiteRules((OwnRule(category="strictly-necessary", name="uid"),))
    before, after = found(catalogue, cookie(), *sent), found(catalogue, cookie(), *sent, rules=said)
    assert after.pop(("cookie", "uid")).category == "strictly-necessary"
    assert before.pop(("cookie", "uid")).category == "targeting"
    assert after == before
    assert after["pixel", "t.new.example/p"].rule == "behaviour:id-sync"


def test_what_a_rule_says_of_a_host_hides_no_sync_with_it(catalogue: Catalogue) -> None:
    seen = [cookie(host="x.new.example"), request(f"https://px.ads.example/p?u={ID}")]
    said = SiteRules((OwnRule(category="strictly-necessary", host="ads.example"),))
    sync = "id-sync", "new.example -> ads.example"
    before, after = found(catalogue, *seen), found(catalogue, *seen, rules=said)
    assert after[sync] == before[sync]
    assert after["pixel", "px.ads.example/p"].category == "strictly-necessary"


def test_a_rule_for_a_host_goes_before_behaviour_for_what_the_host_stores(catalogue: Catalogue) -> None:
    seen = [cookie(host="x.new.example"), request(f"https://px.ads.example/p?u={ID}")]
    said = SiteRules((OwnRule(category="performance", host="new.example"),))
    item = found(catalogue, *seen, rules=said)["cookie", "uid"]
    assert (item.category, item.rule) == ("performance", "override:banner-rules/host:new.example")
