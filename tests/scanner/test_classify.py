from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.classify import classify
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.report import Finding
from tests.support.observing import OWN, PAGE, core_catalogue, make_observation

TRACKER = "https://cdn.tracker.example/t.js"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return core_catalogue()


def one(catalogue: Catalogue, *observations: Observation) -> Finding:
    (found,) = classify(observations, catalogue, OWN)
    return found


def test_pages_and_states_of_one_finding_are_merged_in_order(catalogue: Catalogue) -> None:
    found = one(
        catalogue,
        make_observation(state="accept", page=f"{PAGE}b", writer=Writer(TRACKER, 2)),
        make_observation(state="no-choice", page=f"{PAGE}a?id=1", writer=Writer(TRACKER, 2)),
        make_observation(state="accept", page=f"{PAGE}a?id=2", writer=Writer(TRACKER, 2)),
    )
    assert found.states == ("no-choice", "accept")
    assert found.pages == (f"{PAGE}a?id=", f"{PAGE}b")
    assert found.writer == Writer(TRACKER, 2)
    assert (found.category, found.layer, found.rule) == (None, "unclassified", None)


@pytest.mark.parametrize("kind", ["request", "script", "frame"])
def test_a_sites_own_requests_are_no_findings_unless_known(catalogue: Catalogue, kind: Any) -> None:
    own = make_observation(kind=kind, name="www.shop.example/app.js", url=f"{PAGE}app.js")
    assert classify([own], catalogue, OWN) == ()
    foreign = make_observation(
        kind=kind, name="x.example/app.js", host="x.example", url="https://x.example/app.js"
    )
    assert one(catalogue, foreign).party == "third"


@pytest.mark.parametrize("kind", ["cookie", "storage", "pixel", "beacon"])
def test_own_items_pixels_and_beacons_always_are(catalogue: Catalogue, kind: Any) -> None:
    assert one(catalogue, make_observation(kind=kind)).party == "first"


def test_a_known_cookie_names_vendor_rule_and_pattern(catalogue: Catalogue) -> None:
    found = one(
        catalogue, make_observation(name="_ga_ABC123DEF4", value="GS1.1.1700000000.1.1.1700000001.0.0.0")
    )
    assert (found.name, found.category, found.vendor) == ("_ga_*", "performance", "Google Analytics")
    assert found.rule
    assert found.layer == "core"
    assert found.evidence


def test_the_surest_decision_wins_and_of_equals_the_more_intrusive(catalogue: Catalogue) -> None:
    facts: dict[str, Any] = {"name": "zzz_unheard_of", "host": "www.shop.example"}
    unknown = make_observation(**facts, writer=Writer(f"{PAGE}a.js", 1))
    by_writer = msgspec.structs.replace(
        unknown, writer=Writer("https://connect.facebook.net/en_US/fbevents.js", 1)
    )
    alone = one(catalogue, by_writer)
    assert alone.category == "targeting"
    both = classify([unknown, by_writer], catalogue, OWN)
    assert {found.category for found in both} == {None, "targeting"}


def test_a_value_is_described_and_never_shown(catalogue: Catalogue) -> None:
    canary = "canary-7f3a9c1e5b8d2f4a6c0e"
    found = one(catalogue, make_observation(value=canary, attributes={"max_age_s": 60, "secure": True}))
    assert found.attributes == {"entropy": "high", "length": "25-64", "secure": True}
    assert canary not in str(found)


def test_differing_attributes_become_a_sorted_list(catalogue: Catalogue) -> None:
    found = one(
        catalogue,
        make_observation(attributes={"via": "script", "secure": True, "redirects": ("b", "a")}),
        make_observation(attributes={"via": "header", "secure": False}),
        make_observation(attributes={"via": "jar", "redirects": ("c",)}),
    )
    assert found.attributes["via"] == ("header", "jar", "script")
    assert found.attributes["secure"] == ("false", "true")
    assert found.attributes["redirects"] == ("a", "b", "c")


@pytest.mark.parametrize("kind", ["cookie", "storage"])
def test_a_flood_of_numbered_names_is_one_finding(catalogue: Catalogue, kind: Any) -> None:
    flood = [make_observation(kind=kind, name=f"flood_{number}") for number in range(400)]
    few = [make_observation(kind=kind, name=f"tab{number}") for number in range(3)]
    names = [found.name for found in classify([*flood, *few], catalogue, OWN)]
    assert names == ["flood_*", "tab0", "tab1", "tab2"]


def test_lone_surrogates_and_endless_names_can_be_written(catalogue: Catalogue) -> None:
    odd = [make_observation(kind="storage", name=name) for name in ("lone \ud800 one", "k" * 100_000)]
    encoded = msgspec.json.encode(classify(odd, catalogue, OWN))
    assert len(encoded) < 10_000


VARIANTS = st.builds(
    make_observation,
    name=st.sampled_from(["_ga", "_ga_ABC123DEF4", "_ga_XYZ987KLM1", "unheard_of", "unheard_of_12345678"]),
    state=st.sampled_from(["no-choice", "accept", "reject"]),
    page=st.sampled_from([PAGE, f"{PAGE}a", f"{PAGE}b"]),
    host=st.sampled_from(["www.shop.example", "shop.example", "t.tracker.example"]),
    url=st.sampled_from([PAGE, f"{PAGE}a", "https://t.tracker.example/x?k=1"]),
    writer=st.sampled_from(
        [None, Writer(PAGE, 3), Writer(PAGE, 7), Writer(TRACKER, 1), Writer(f"{TRACKER}?v=1", 2)]
    ),
    value=st.sampled_from([None, "", "1", "550e8400-e29b-41d4-a716-446655440000"]),
    attributes=st.dictionaries(
        st.sampled_from(["via", "secure", "redirects"]),
        st.sampled_from(["header", "script", True, False, ("a", "b"), ("b",)]),
    ),
    evidence=st.sampled_from([(), ("first",), ("second", "first")]),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_of_observations_decides_nothing(catalogue: Catalogue, data: st.DataObject) -> None:
    observations = data.draw(st.lists(VARIANTS, max_size=12))
    shuffled = data.draw(st.permutations(observations))
    before = msgspec.json.encode(classify(observations, catalogue, OWN), order="sorted")
    assert msgspec.json.encode(classify(shuffled, catalogue, OWN), order="sorted") == before


def test_a_cookie_refused_once_and_kept_once_is_a_kept_one(catalogue: Catalogue) -> None:
    refused = make_observation(attributes={"via": "header", "blocked": "InvalidDomain"})
    kept = make_observation(attributes={"via": "header"})
    assert "blocked" not in one(catalogue, refused, kept).attributes
    assert one(catalogue, refused, refused).attributes["blocked"] == "InvalidDomain"
