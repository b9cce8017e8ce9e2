"""The table of laws: what is packaged, what a banner is compiled with, what is refused."""

import pytest

from consentinel.banner.errors import BannerError
from consentinel.banner.regimes import AUTO, compiled, parse_regimes, regimes
from consentinel.scanner.errors import CatalogueError

# Where the browser's opt-out signal binds (facts of two guides of 2026, all of them marked unverified).
SIGNAL_STATES = ["CA", "CO", "CT", "DE", "MD", "MN", "MT", "NE", "NH", "NJ", "OR", "TX"]
MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
ONE = """regimes:
  - id: eu
    name: Europe
    where: [DE]
    purposes: {functional: opt_in, performance: opt_in, targeting: opt_in}
    days: 182
    source: a law
    reviewed: 2026-11-22
"""


def where(country: str) -> str:
    return next(regime.id for regime in regimes() if country in regime.where)


def test_every_country_of_the_eea_is_opt_in() -> None:
    strict = {regime.id for regime in regimes() if set(regime.purposes) == {"opt_in"}}
    assert {where(country) for country in MEMBERS.split()} <= strict


@pytest.mark.parametrize("state", SIGNAL_STATES)
def test_the_signal_is_an_opt_out_in_these_states(state: str) -> None:
    regime = next(regime for regime in regimes() if f"US-{state}" in regime.where)
    assert regime.purposes[2] == "signal_opt_out"


def test_every_rule_carries_its_source_and_review() -> None:
    for regime in regimes():
        assert regime.source
        assert regime.reviewed.year >= 2026
    assert all(regime.unverified for regime in regimes()), (
        "a rule read in its source is a reason to edit this"
    )


def test_californians_are_not_asked_again_within_a_year() -> None:
    assert {regime.days for regime in regimes() if regime.id.startswith("us")} == {365}


def test_a_fixed_regime_is_one_row() -> None:
    assert [row["id"] for row in compiled("eu")] == ["eu"]
    assert compiled("us")[0]["purposes"] == ["opt_out", "opt_out", "signal_opt_out"]


def test_auto_holds_what_differs_and_begins_with_the_strictest() -> None:
    ids = [row["id"] for row in compiled(AUTO)]
    assert ids == ["eu", "fr", "uk", "us", "us-ca", "rest"]


def test_exempt_vendors_count_where_the_law_knows_them() -> None:
    exempt = {row["id"]: row.get("exempt") for row in compiled(AUTO, ["matomo", "at-internet"])}
    assert exempt["fr"] == exempt["uk"] == ["at-internet", "matomo"]
    assert exempt["eu"] is None
    assert exempt["us"] is None


def test_an_unknown_regime_is_named() -> None:
    with pytest.raises(BannerError, match=r"unknown regime 'mars'; use one of auto, eu, fr"):
        compiled("mars")


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("days: 182", "days: 500", 6, "from 1 to 400"),
        ("days: 182", "days: half a year", 6, "from 1 to 400"),
        ("where: [DE]", "where: [Germany]", 4, "no ISO 3166 code"),
        ("targeting: opt_in", "targeting: maybe", 5, "unknown obligation 'maybe'"),
        (", targeting: opt_in", "", 5, "no 'targeting'"),
        ("reviewed: 2026-11-22", "reviewed: lately", 8, "must be a date"),
        ("    source: a law\n", "", 2, "no 'source'"),
        ("name: Europe", "nom: Europe", 3, "unknown key 'nom'"),
        ("targeting: opt_in", "targeting: opt_out", 1, "the first regime holds"),
        ("where: [DE]", "where: [DE, DE]", 2, "'DE' stands in an earlier regime"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(old: str, new: str, line: int, problem: str) -> None:
    with pytest.raises(CatalogueError) as raised:
        parse_regimes(ONE.replace(old, new).encode(), "mine.yaml")
    assert str(raised.value).startswith(f"mine.yaml:{line}: ")
    assert problem in str(raised.value)


def test_a_list_without_regimes_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"^mine.yaml:1: "):
        parse_regimes(b"regimes: []\n", "mine.yaml")
