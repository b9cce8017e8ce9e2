import asyncio
import time
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from consentinel.scanner.addresses import Reason, Refusal
from consentinel.scanner.assembly import assemble, counts
from consentinel.scanner.crawl import Crawl, Limits
from consentinel.scanner.frontier import Frontier
from consentinel.scanner.knowledge import Knowledge
from consentinel.scanner.network import NetworkLog
from consentinel.scanner.observations import Gap, Writer
from consentinel.scanner.pages import Discovery
from consentinel.scanner.report import Report
from consentinel.scanner.robots import parse_robots
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.states import Reached
from consentinel.scanner.visit import VisitResult
from consentinel.scanner.walls import Wall
from tests.support.observing import OWN, PAGE, core_catalogue, make_exchange, make_observation, make_result

STARTED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP"
ACCEPT = {"state": "accept", "choose": True}


class FakeEgress:
    def __init__(self, *refusals: Refusal, exhausted: bool = False) -> None:
        self.refusals = list(refusals)
        self.exhausted = exhausted
        self.bytes_total = 1234


class FakeBrowser:
    version = "141.0.0.0"


class FakeDiscovery:
    start = f"{PAGE}?session=1"
    left_out = 0

    def __init__(self, *gaps: Gap) -> None:
        self._gaps = list(gaps)

    def finish(self) -> list[Gap]:
        return self._gaps


def limits(egress: FakeEgress, **changes: Any) -> Limits:
    facts: dict[str, Any] = {
        "deadline": time.monotonic() + 600,
        "max_requests": 1000,
        "egress": egress,
        "interrupted": asyncio.Event(),
    }
    return Limits(**(facts | changes))


def report_of(
    *results: VisitResult,
    states: tuple[Any, ...] = ("no-choice",),
    egress: FakeEgress | None = None,
    gaps: tuple[Gap, ...] = (),
    **limited: Any,
) -> Report:
    crawl = Crawl(
        browser=cast("Any", FakeBrowser()),
        settings=ScanSettings(states=states),
        options=cast("Any", None),
        collectors=(),
        knowledge=Knowledge(core_catalogue()),
        own=OWN,
        limits=limits(egress or FakeEgress(), **limited),
        on_visit=lambda _result: None,
        results=list(results),
    )
    return assemble(crawl, cast("Discovery", FakeDiscovery(*gaps)), started=STARTED)


def gap_kinds(report: Report) -> list[str]:
    return [gap.kind for gap in report.gaps]


def test_a_clean_visit() -> None:
    report = report_of(
        make_result(observations=[make_observation()], watched_s=1.5, routes=[f"{PAGE}#/b?x=1"])
    )
    assert report.site == f"{PAGE}?session="
    assert [finding.name for finding in report.findings] == ["seen"]
    assert report.gaps == ()
    (page,) = report.pages
    assert (page.url, page.status, page.routes) == (PAGE, 200, (f"{PAGE}#/b?x=",))
    (state,) = report.states
    assert (state.state, state.reached, state.method) == ("no-choice", True, "nothing-clicked")
    assert report.environment.browser == "Chromium 141.0.0.0"
    assert (report.scanned.truncated, report.scanned.bytes) == (False, 1234)
    assert report.scanned.started == "2026-03-01T02:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"wall": Wall("login-wall", "it redirects to a login page")}, "login-wall"),
        ({"failure": "net::ERR_FAILED", "status": None}, "page-failed"),
        ({"off_site": True, "url": "https://elsewhere.example/"}, "off-site"),
    ],
)
def test_a_page_that_is_not_the_sites_is_a_gap_and_counts_for_nothing(
    changes: dict[str, Any], kind: str
) -> None:
    result = make_result(f"{PAGE}a", observations=[make_observation()], **changes)
    report = report_of(make_result(), result)
    assert gap_kinds(report) == [kind]
    assert report.gaps[0].where == f"{PAGE}a"
    assert counts(result) is (kind == "page-failed")


def test_a_state_that_was_not_reached_is_a_gap_and_what_was_seen_does_not_count() -> None:
    missed = Reached(reached=False, method=None, detail="no banner was found")
    report = report_of(
        make_result(observations=[make_observation()]),
        make_result(plan=ACCEPT, reached=missed, observations=[make_observation(name="x", state="accept")]),
        states=("no-choice", "accept"),
    )
    assert gap_kinds(report) == ["state-not-reached"]
    assert [finding.name for finding in report.findings] == ["seen"]
    assert [(state.state, state.reached) for state in report.states] == [
        ("no-choice", True),
        ("accept", False),
    ]
    assert report.states[1].detail == "no banner was found"


def test_states_that_the_scan_did_not_come_to_are_listed() -> None:
    report = report_of(make_result(), states=("no-choice", "reject"))
    assert (report.states[1].reached, report.states[1].detail) == (False, "the scan ended before this state")


def test_a_start_page_that_fails_in_a_later_state() -> None:
    report = report_of(
        make_result(),
        make_result(plan=ACCEPT, failure="net::ERR_FAILED", status=None),
        states=("no-choice", "accept"),
    )
    assert gap_kinds(report) == ["page-failed", "state-not-reached"]
    assert report.states[1].detail == "the page could not be loaded"


def test_the_page_of_the_choice_is_visited_twice_and_listed_once() -> None:
    reached = Reached(reached=True, method="rule", detail="clicked")
    report = report_of(
        make_result(plan={**ACCEPT, "watch_s": 10.0}, reached=reached),
        make_result(plan={"state": "accept"}),
        states=("accept",),
    )
    (page,) = report.pages
    assert page.watch_s == 10.0
    assert len(report.scanned.pages) == 2


def test_only_hosts_that_pages_asked_for_are_refused() -> None:
    asked = Refusal("t.tracker.example", 443, "unknown-host")
    of_the_browser = Refusal("update.vendor.example", 443, "unknown-host")
    result = make_result(exchanges=[make_exchange()])
    report = report_of(result, egress=FakeEgress(asked, of_the_browser))
    assert [(gap.kind, gap.where) for gap in report.gaps] == [("unknown-host", "t.tracker.example:443")]


def test_a_host_that_is_not_there_is_another_gap_than_one_that_cannot_be_reached() -> None:
    reasons: tuple[Reason, ...] = ("unknown-host", "name-server", "timeout", "not-global")
    refusals = [Refusal("t.tracker.example", 443, reason) for reason in reasons]
    report = report_of(make_result(exchanges=[make_exchange()]), egress=FakeEgress(*refusals))
    assert sorted(gap_kinds(report)) == ["refused", "refused", "refused", "unknown-host"]


def test_an_interrupt_in_the_middle_of_the_last_page_is_told() -> None:
    interrupted = asyncio.Event()
    interrupted.set()
    report = report_of(make_result(), interrupted=interrupted)
    assert report.scanned.truncated
    assert gap_kinds(report) == ["interrupted"]


def test_used_up_bytes_are_told_even_on_the_last_page() -> None:
    report = report_of(make_result(), egress=FakeEgress(exhausted=True))
    assert report.scanned.truncated
    assert gap_kinds(report) == ["budget"]


@pytest.mark.parametrize(
    ("limited", "reason"), [({"max_requests": 9}, "--max-requests"), ({"deadline": 0.0}, "--time-budget")]
)
def test_a_limit_that_is_used_up_is_a_gap(limited: dict[str, Any], reason: str) -> None:
    log = NetworkLog()
    log.total_requests = 10
    report = report_of(make_result(), logs=[log], **limited)
    assert report.scanned.truncated
    assert report.scanned.requests == 10
    (gap,) = report.gaps
    assert gap.kind == "budget"
    assert reason in gap.reason


def test_gaps_are_sorted_and_told_once() -> None:
    later = Gap(kind="robots", where=f"{PAGE}z", reason="forbidden")
    first = Gap(kind="page-timeout", where=PAGE, reason="slow", state="no-choice")
    report = report_of(make_result(gaps=[first, first]), gaps=(later, later))
    assert report.gaps == (first, later)


CANARY = "s3cretCanary"


def _frontier_gaps() -> tuple[Gap, ...]:
    """Return what the frontier says of a forbidden page and of a calendar without an end."""
    robots = parse_robots(b"User-agent: *\nDisallow: /private")
    frontier = Frontier(OWN, robots=robots, max_pages=25)
    frontier.seed([PAGE])
    frontier.next_level()
    forbidden = f"{PAGE}private?email=ann@mail.example&token={CANARY}"
    trap = [f"{PAGE}calendar/2026/{month}/?token={CANARY}{month}&page={month}" for month in range(1, 40)]
    frontier.add_links(PAGE, 0, [forbidden, *trap])
    frontier.next_level()
    return frontier.gaps


def test_no_gap_shows_what_an_address_carries() -> None:
    gaps = (
        *_frontier_gaps(),
        Gap(kind="sitemap", where=f"{PAGE}sitemap.xml?key={CANARY}", reason="this sitemap answered 404"),
        Gap(kind="odd", where=f"ann@mail.example {JWT}", reason=f"see {PAGE}?x={CANARY}, ann@mail.example"),
    )
    failure = f'Navigation to "{PAGE}?token={CANARY}" is interrupted by another one to "{PAGE}b?e={CANARY}"'
    chromium = f"Page.goto: net::ERR_FAILED at {PAGE}?token={CANARY}"
    failed = [
        make_result(f"{PAGE}{name}?k={CANARY}", failure=text, status=None)
        for name, text in (("a", failure), ("b", chromium))
    ]
    report = report_of(make_result(), *failed, gaps=gaps)
    assert {"robots", "crawl-trap", "sitemap", "page-failed", "odd"} == set(gap_kinds(report))
    shown = msgspec.json.encode(report.gaps).decode()
    assert CANARY not in shown
    assert JWT not in shown
    assert "ann@" not in shown
    places = {(gap.kind, gap.where) for gap in report.gaps}
    assert ("sitemap", f"{PAGE}sitemap.xml?key=") in places
    assert ("robots", f"{PAGE}private?email=&token=") in places
    assert [gap.reason for gap in report.gaps if gap.where == f"{PAGE}b?k="] == ["net::ERR_FAILED"]


def test_random_sub_domains_are_shown_as_one() -> None:
    results, refusals = [], []
    for label in ("3f2a1b9c4d5e6f70", "0a1b2c3d4e5f6071"):
        host = f"{label}.rum.tp.test"
        url = f"https://{host}/p.gif"
        facts = {"kind": "pixel", "name": f"{host}/p.gif", "host": host, "url": url}
        told = {"evidence": (f"sent to {url}",), "attributes": {"redirects": (url,), "frame": host}}
        seen = make_observation(**facts, **told, writer=Writer(f"https://{host}/t.js", 1))
        results.append(make_result(observations=[seen], exchanges=[make_exchange(url=url)]))
        refusals.append(Refusal(host, 443, "unknown-host"))
    report = report_of(*results, egress=FakeEgress(*refusals))
    (found,) = report.findings
    assert (found.name, found.host, found.url) == (
        "*.rum.tp.test/p.gif",
        "*.rum.tp.test",
        "https://*.rum.tp.test/p.gif",
    )
    assert found.attributes["redirects"] == ("https://*.rum.tp.test/p.gif",)
    assert found.attributes["frame"] == "*.rum.tp.test"
    (gap,) = report.gaps
    assert gap.where == "*.rum.tp.test:443"
    text = msgspec.json.encode(report).decode()
    assert "3f2a1b9c" not in text
    assert "0a1b2c3d" not in text
