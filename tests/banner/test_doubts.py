from typing import Any

import pytest

from consentinel.banner.compile import Banner
from consentinel.banner.doubts import doubts
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Writer
from tests.banner.typical_report import SITE, banner, report_of, request, stored
from tests.support.reports import make_gap, make_visit

KNOWN = request("a.example/x.js", category="targeting", vendor="A")


def said(made: Banner) -> list[str]:
    return list(doubts(made))


def test_nothing_is_said_where_all_is_known() -> None:
    assert said(banner(KNOWN, mode="strict")) == []


def test_no_rules() -> None:
    assert said(banner()) == [
        "no rules: nothing will be held back; give a report with --from, or write `rules`"
    ]


def test_a_rule_for_the_site_itself() -> None:
    rules = [{"host": host, "category": "targeting"} for host in ("www.example.com", "cdn.example.com")]
    (line,) = said(banner(KNOWN, rules=rules))
    assert line.startswith("the rule for www.example.com does nothing")


def test_an_exemption_for_nobody() -> None:
    (line,) = said(banner(KNOWN, regime="fr", exempt=["A", "Matomoo"]))
    assert line.startswith("exempt: no rule is about Matomoo")


@pytest.mark.parametrize(("regime", "count"), [("eu", 0), ("us", 1), ("auto", 1)])
def test_no_widget_where_visitors_have_to_opt_out(regime: str, count: int) -> None:
    lines = said(banner(KNOWN, regime=regime, theme={"widget": "none"}))
    assert [line.startswith("theme: with `widget: none`") for line in lines] == [True] * count


def test_strict_without_a_report() -> None:
    found = said(banner(mode="strict", rules=[{"host": "a.example", "category": "targeting"}]))
    assert len(found) == 1
    assert found[0].startswith("strict without a report")


def test_the_report_of_another_site() -> None:
    (line,) = said(banner(report=report_of(KNOWN, site="https://www.example.net/")))
    assert line == f"the report is about https://www.example.net/, not {SITE}: is it the right one?"


def test_a_report_of_another_host_of_the_site_is_right() -> None:
    assert said(banner(report=report_of(KNOWN, site="https://preview.example.com:8443/"))) == []


@pytest.mark.parametrize("states", [(), ("no-choice",), ("no-choice", "reject")])
def test_a_report_without_consent(states: tuple[State, ...]) -> None:
    visits = tuple(map(make_visit, states))
    (line,) = said(banner(report=report_of(KNOWN, visits=visits)))
    assert "scan with --states no-choice,reject,accept" in line


def test_states_that_were_not_reached() -> None:
    states: tuple[State, ...] = ("reject", "accept")
    visits = tuple(make_visit(state, reached=False, detail="no banner") for state in states)
    gaps = (make_gap(kind="state-not-reached"),)
    (line,) = said(banner(report=report_of(KNOWN, visits=visits, gaps=gaps)))
    assert line == (
        "not reached: reject, accept (no banner), so what only runs there has no rule: put this banner on "
        "the site, scan again and build again"
    )


def test_gaps() -> None:
    (line,) = said(banner(report=report_of(KNOWN, gaps=(make_gap(),))))
    assert line.startswith("the report has gaps (1)")


def test_what_is_unclassified() -> None:
    strangers = [request(f"h{number}.example/x") for number in range(7)]
    lines = said(banner(KNOWN, *strangers, stored("x_bucket")))
    assert lines == [
        "unclassified, so held back until all is accepted: h0.example, h1.example, h2.example, h3.example, "
        "h4.example and 2 more; add `rules` for them",
        "unclassified items of the site itself, not held back: x_bucket; add `rules` for them",
    ]


def test_a_name_that_a_strangers_script_writes_too_is_held_back() -> None:
    writer = Writer("https://t.example/t.js", 1)
    by_stranger = stored("x_bucket", kind="storage", writer=writer)
    (line,) = said(banner(KNOWN, stored("x_bucket"), by_stranger))
    assert line.startswith("unclassified, so held back until all is accepted: #x_bucket;")


def test_a_host_that_is_both_necessary_and_gated() -> None:
    rules = [
        {"host": "cdn.test.example", "category": "strictly-necessary"},
        {"host": "cdn.test.example", "path": "/ads/*", "category": "targeting"},
    ]
    (line,) = said(banner(KNOWN, mode="strict", rules=rules))
    assert line.startswith("a path there is gated, so policies list seen addresses only: cdn.test.example;")


@pytest.mark.parametrize(
    "rule",
    [{"path": "/metrics/*"}, {"host": "metrics.example.com"}, {"host": "cdn.example.com", "path": "/x"}],
)
def test_what_no_policy_can_hold_back(rule: dict[str, Any]) -> None:
    made = banner(KNOWN, mode="strict", rules=[{**rule, "category": "performance"}])
    (line,) = said(made)
    assert line.startswith("no policy can hold back what own hosts serve")
