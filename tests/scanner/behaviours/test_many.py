"""Pages that store one value hundreds of times and send it thousands of times."""

import random

import msgspec
import pytest

from consentinel.scanner.behaviours.deciding import with_behaviour
from consentinel.scanner.behaviours.flows import MAX_CLUES
from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.stored import Holder
from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.subject import UNCLASSIFIED
from consentinel.scanner.classify import classify
from consentinel.scanner.observations import Observation
from tests.scanner.behaviours.test_deciding import CATALOGUE, ID, cookie, request
from tests.support.observing import OWN, make_observation

MORE_ADS = b"""
  - id: more-ads
    vendor: More ads
    category: targeting
    purpose: Shows ads.
    check: https://ads1.example/
    hosts: [ads1.example, ads2.example, ads3.example]
"""
SENT = [request(f"https://px.{name}.example/p?u={ID}") for name in ("ads", "ads1", "ads2", "ads3")]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_from([Document("core.yaml", CATALOGUE + MORE_ADS.lstrip(b"\n"))], [])


def letters(number: int) -> str:
    """Return letters for a number, since items that differ by digits only are one."""
    return "".join(chr(ord("a") + number // 26**power % 26) for power in range(3))


def items(amount: int, value: str = ID) -> list[Observation]:
    return [
        make_observation(
            kind="storage", name=letters(number), value=value, attributes={"area": "localStorage"}
        )
        for number in range(amount)
    ]


def pixels(amount: int, value: str = ID) -> list[Observation]:
    return [request(f"https://t.{letters(number)}.example/p?u={value}") for number in range(amount)]


def told(seen: list[Observation]) -> list[Judged]:
    return list(with_behaviour([Judged(one, UNCLASSIFIED, one.name) for one in seen], OWN))


@pytest.fixture
def labelled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that a sentence names an item."""
    named: list[str] = []
    make = Holder.label.fget  # type: ignore[attr-defined]

    def label(holder: Holder) -> str:
        named.append(holder.name)
        return str(make(holder))

    monkeypatch.setattr(Holder, "label", property(label))
    return named


def test_cost_follows_items_and_requests_and_not_their_product(labelled: list[str]) -> None:
    told([*items(300), *pixels(300)])
    assert 0 < len(labelled) <= 2 * (300 + 300)


def test_a_hundred_companies_that_store_a_value_are_no_hundred_times_as_many_syncs() -> None:
    stored = [cookie(f"uid_{letters(number)}", f"a.{letters(number)}x.example") for number in range(100)]
    syncs = [one for one in told([*stored, *pixels(30)]) if one.observation.kind == "id-sync"]
    domains = sorted(f"{letters(number)}x.example" for number in range(100))
    assert {one.name.partition(" ")[0] for one in syncs} == set(domains[:20])
    assert len(syncs) == 20 * 30


def test_each_observation_has_as_many_clues_as_a_finding_shows() -> None:
    seen = told([*items(50), *pixels(50)])
    assert {len(one.clues) for one in seen} == {MAX_CLUES}


def test_the_evidence_is_what_comes_first_in_order(catalogue: Catalogue) -> None:
    found = classify([*items(30), *pixels(30)], catalogue, OWN)
    (pixel, *_), (item, *_) = ([one for one in found if one.kind == kind] for kind in ("pixel", "storage"))
    assert pixel.evidence[0] == "carries the value of storage item aaa (parameter u)"
    assert item.evidence[0] == "the value is sent to aaa.example (parameter u)"


def test_of_many_advertisers_some_are_named_and_the_others_said(catalogue: Catalogue) -> None:
    (item,) = (one for one in classify([cookie(), *SENT], catalogue, OWN) if one.kind == "cookie")
    assert item.evidence[-1] == (
        "Its value is given to ads.example, ads1.example, ads2.example and others: "
        "targeting in the catalogue."
    )


def test_order_decides_nothing_where_much_is_left_out(catalogue: Catalogue) -> None:
    stored = [cookie(f"uid_{letters(number)}", f"a.{letters(number)}x.example") for number in range(25)]
    seen = [*items(15), *pixels(15), *stored]
    before = msgspec.json.encode(classify(seen, catalogue, OWN), order="sorted")
    for seed in range(3):
        random.Random(seed).shuffle(seen)
        assert msgspec.json.encode(classify(seen, catalogue, OWN), order="sorted") == before
