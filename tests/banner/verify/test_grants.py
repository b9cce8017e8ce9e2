"""What a state may grant: by the law's row, whatever the page says of itself."""

from typing import Any

import pytest

from consentinel.banner.settings import MODES, BannerSettings, Mode
from consentinel.banner.verify.evidence import Operator
from consentinel.banner.verify.grants import is_regime_expected, permitted
from consentinel.banner.verify.verification import judge
from consentinel.scanner.catalogue.taxonomy import State
from tests.banner.verify.evidence import (
    EVERYTHING,
    NOTHING,
    banner_state,
    ga_cookie,
    inspection,
    make_evidence,
)

ALL = {"functional", "performance", "targeting"}
MILD = {"functional", "performance"}


@pytest.mark.parametrize(
    ("said", "setting", "state", "expected"),
    [
        ("eu", "", "no-choice", set()),
        ("us", "", "no-choice", ALL),
        ("us", "", "gpc", MILD),
        ("us-ca", "auto", "gpc", MILD),
        ("us", "", "reject", set()),
        ("us", "", "withdrawn", set()),
        ("eu", "", "accept", ALL),
        ("us", "eu", "no-choice", set()),
        ("eu", "us", "no-choice", ALL),
        ("atlantis", "", "no-choice", set()),
        ("atlantis", "auto", "gpc", set()),
    ],
)
def test_the_law_decides_and_the_settings_go_over_the_page(
    said: str, setting: str, state: State, expected: set[str]
) -> None:
    assert permitted(said, setting, state) == expected


@pytest.mark.parametrize(
    ("said", "setting", "expected"),
    [("us", "", True), ("us", "auto", True), ("us", "us", True), ("us", "eu", False), ("x", "", False)],
)
def test_which_regime_a_page_may_name(said: str, setting: str, expected: bool) -> None:
    assert is_regime_expected(said, setting) is expected


def judged(state: State, observed: Any, setting: str = "", **banner: Any) -> tuple[str, tuple[str, ...]]:
    """Return the result and the problems where the page says this in a state."""
    said = [inspection("no-choice", banner_state(regime=banner.get("regime", "eu")))]
    said.append(inspection(state, banner_state(**banner)))
    found = judge(make_evidence({state: observed}, said, operator=Operator(regime=setting)))
    return found.result, found.problems


@pytest.mark.parametrize(
    ("state", "regime", "over"),
    [
        ("no-choice", "eu", "functional, performance, targeting"),
        ("gpc", "us", "targeting"),
        ("withdrawn", "us", "functional, performance, targeting"),
    ],
)
def test_a_page_that_grants_more_than_its_regime_is_no_proof(state: State, regime: str, over: str) -> None:
    result, problems = judged(state, (), regime=regime, choices=EVERYTHING)
    assert (result, problems) == (
        "unproven",
        (f"In {state}, a page grants more than its regime does: {over}.",),
    )


def test_what_it_lets_in_leaks_all_the_same() -> None:
    seen = [inspection("no-choice", banner_state(choices=EVERYTHING))]
    found = judge(make_evidence({"no-choice": [ga_cookie("no-choice")]}, seen))
    assert [leak.name for leak in found.leaks] == ["_ga"]


@pytest.mark.parametrize(
    ("regime", "setting", "why"),
    [("atlantis", "", "no such one is known"), ("us", "eu", "the settings say eu")],
)
def test_a_regime_that_is_not_expected_is_a_problem(regime: str, setting: str, why: str) -> None:
    result, problems = judged("no-choice", (), setting, regime=regime, choices=NOTHING)
    told = f"A page names the regime {regime}, but {why}: what it grants is not believed."
    assert (result, problems) == ("unproven", (told,))


def test_what_a_settings_file_says() -> None:
    settings = BannerSettings(
        site="https://www.shop.example/",
        unknown="block",
        base="https://cdn.example/banner",
        api="https://consent.example",
        regime="uk",
    )
    assert Operator.of(settings) == Operator(
        blocks_unknown=True,
        served=("https://cdn.example/banner/", "https://consent.example/b/"),
        regime="uk",
        mode="standard",
    )


def test_a_path_of_the_site_is_no_folder_elsewhere() -> None:
    settings = BannerSettings(site="https://www.shop.example/", base="/b", api="https://consent.example")
    assert Operator.of(settings).served == ("https://consent.example/b/",)


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_of_a_settings_file_counts(mode: Mode) -> None:
    assert Operator.of(BannerSettings(site="https://www.shop.example/", mode=mode)).mode == mode
