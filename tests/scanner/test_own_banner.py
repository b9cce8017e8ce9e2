"""Scans of a site with a banner of ours: its API is called, also where the page loads anew after it."""

import pytest

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.own_banner import OwnState
from consentinel.scanner.report import Report, StateVisit
from tests.conftest import Serve
from tests.sites.own_banner import TRACKER, own_banner_site
from tests.support.scanning import found, gap_kinds, names, scan_url
from tests.support.sites import Site

GRANTED = {"strictly-necessary": True, "functional": True, "performance": True, "targeting": True}
REFUSED = dict.fromkeys(GRANTED, False)
ALL: tuple[State, ...] = ("no-choice", "reject", "accept", "withdrawn")


def reached(report: Report) -> dict[State, tuple[bool, str | None]]:
    return {visit.state: (visit.reached, visit.method) for visit in report.states}


def visit_of(report: Report, state: State) -> StateVisit:
    return next(visit for visit in report.states if visit.state == state)


@pytest.mark.browser
@pytest.mark.parametrize("reloads", [False, True])
def test_every_state_is_reached_by_the_api(serve: Serve, reloads: bool) -> None:
    site = own_banner_site(reloads=reloads)
    report = scan_url(serve(site), site.start, states=ALL).report
    by_api = (True, "own-api")
    assert reached(report) == {
        "no-choice": (True, "nothing-clicked"),
        "reject": by_api,
        "accept": by_api,
        "withdrawn": by_api,
    }
    assert visit_of(report, "withdrawn").detail == "called consentinel.accept() and consentinel.withdraw()"
    assert report.gaps == ()
    assert found(report, "cookie", "_uetvid").states == ("accept",)
    assert found(report, "pixel", f"{TRACKER}/action/0").states == ("accept",)
    assert found(report, "cookie", "consentinel").states == ("reject", "accept", "withdrawn")
    # so that the server leaves these answers out of the rates
    assert {hit.query for hit in site.log.of("www.site.example", "/v1/consents")} == {"scan"}


@pytest.mark.browser
def test_what_is_left_after_withdrawal_is_seen(serve: Serve) -> None:
    site = own_banner_site(forgets=False)
    report = scan_url(serve(site), site.start, states=("withdrawn",)).report
    written = found(report, "cookie", "_uetvid")
    assert written.states == ("withdrawn",)
    assert "written before the choice" in written.evidence
    assert names(report, "pixel") == set(), "what consent let in before it was taken back is no finding"
    assert {page.url for page in report.pages} == {site.start, f"{site.start}more"}


@pytest.mark.browser
def test_a_banner_that_does_not_do_what_it_is_told_is_a_gap(serve: Serve) -> None:
    site = own_banner_site(deaf=True)
    report = scan_url(serve(site), site.start, states=("no-choice", "accept")).report
    assert reached(report)["accept"] == (False, None)
    assert (
        visit_of(report, "accept").detail == "consentinel.accept() was called, but state() does not show it"
    )
    assert gap_kinds(report) == ["state-not-reached"]


@pytest.mark.browser
def test_other_banners_cannot_be_asked_to_take_a_consent_back(serve: Serve) -> None:
    site = Site().page("/", "<p>We have no banner.</p>")
    report = scan_url(serve(site), site.start, states=("no-choice", "withdrawn")).report
    assert reached(report)["withdrawn"] == (False, None)
    assert visit_of(report, "withdrawn").detail.startswith("only a banner of consentinel can be asked")


@pytest.mark.parametrize(
    ("decided", "choices", "acts"),
    [
        (False, REFUSED, {"withdraw"}),
        (True, REFUSED, {"withdraw", "reject"}),
        (True, {**REFUSED, "strictly-necessary": True}, {"withdraw", "reject"}),
        (True, GRANTED, {"accept"}),
        (False, GRANTED, set()),
        (True, {**GRANTED, "functional": False}, set()),
        (True, {}, {"withdraw", "reject"}),
    ],
)
def test_which_answers_a_state_shows(decided: bool, choices: dict[str, bool], acts: set[str]) -> None:
    state = OwnState(decided, choices)
    assert {act for act in ("accept", "reject", "withdraw") if state.shows(act)} == acts


@pytest.mark.browser
@pytest.mark.parametrize(
    "said",
    ["null", "{}", "{choices: 1}", "{decided: 'no', choices: {}}", "(() => { throw 1 })()", "Object(1n)"],
)
def test_a_page_that_only_has_the_name_is_treated_like_any_other(serve: Serve, said: str) -> None:
    banner = '<div role="dialog"><p>We use cookies.</p><button onclick="this.closest(\'div\').remove()">'
    head = f"<script>window.consentinel = {{state: () => {said}}}</script>"
    site = Site().page("/", f"{banner}Reject all</button></div>", head=head)
    report = scan_url(serve(site), site.start, states=("reject",), max_pages=1).report
    assert reached(report)["reject"] == (True, "heuristic")
