"""How pages are dealt out to tabs; real tabs are in test_scan_techniques."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest

from consentinel.scanner.collectors.base import Memory
from consentinel.scanner.crawl import Crawl, Limits
from consentinel.scanner.errors import SiteError
from consentinel.scanner.frontier import PageRef
from consentinel.scanner.network import NetworkLog
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.visit import Visitor, VisitPlan, VisitResult
from tests.support.observing import OWN, PAGE, make_result


class FakeEgress:
    exhausted = False


class FakeVisitor:
    """A visitor with its tab; `log` gets its number and each URL."""

    def __init__(self, number: int, log: list[tuple[int, str]], memory: Memory, stored: object) -> None:
        self.number, self.memory, self.stored = number, memory, stored
        self.tab = self
        self.network = NetworkLog()
        self.closed = False
        self.plans: list[VisitPlan] = []
        self._log = log

    async def visit(self, plan: VisitPlan) -> VisitResult:
        await asyncio.sleep(0.001 * (4 - self.number % 4))
        self._log.append((self.number, plan.url))
        self.plans.append(plan)
        self.network.total_requests += 10
        return make_result(plan.url, plan={"state": plan.state})

    async def stored_state(self, *_script: str) -> str:
        return "jar of the first tab"

    async def close(self) -> None:
        self.closed = True


class FakeCrawl(Crawl):
    """A crawl with fake visitors."""

    visitors: list[FakeVisitor]
    log: list[tuple[int, str]]

    async def _visitor(self, _state: object, stored: object, memory: Memory) -> Visitor:
        visitor = FakeVisitor(len(self.visitors), self.log, memory, stored)
        self.visitors.append(visitor)
        self.limits.logs.append(visitor.network)
        return cast("Visitor", visitor)


class Levels:
    """Gives the levels one after the other."""

    start = PAGE

    def __init__(self, *levels: int, discovers: bool = True, error: Exception | None = None) -> None:
        self.discovers = discovers
        numbers = iter(range(1, 1000))
        self._levels = [[page(next(numbers)) for _ in range(size)] for size in levels]
        self._error = error
        self.done: list[str] = []

    async def after_start(self, first: VisitResult, *_tab: object) -> list[PageRef]:
        if self._error is not None:
            raise self._error
        return self._levels.pop(0) if self._levels else []

    def after_level(self, done: Sequence[tuple[PageRef, VisitResult]]) -> list[PageRef]:
        self.done += [ref.url for ref, _ in done]
        return self._levels.pop(0) if self._levels else []


def page(index: int) -> PageRef:
    return PageRef(index, f"{PAGE}{index}", 1)


def make_crawl(*, limits: dict[str, Any] | None = None, **settings: Any) -> FakeCrawl:
    facts: dict[str, Any] = {
        "deadline": time.monotonic() + 600,
        "max_requests": 1000,
        "egress": FakeEgress(),
        "interrupted": asyncio.Event(),
    }
    crawl = FakeCrawl(
        browser=cast("Any", None),
        settings=ScanSettings(**settings),
        options=cast("Any", None),
        collectors=(),
        knowledge=cast("Any", None),
        own=OWN,
        limits=Limits(**(facts | (limits or {}))),
        on_visit=lambda _result: None,
    )
    crawl.visitors, crawl.log = [], []
    return crawl


def run(crawl: FakeCrawl, levels: Levels, state: Any = "no-choice") -> None:
    asyncio.run(crawl.run_state(state, levels))


def test_page_i_goes_to_tab_i_modulo_the_number_of_tabs_whoever_is_faster() -> None:
    crawl, levels = make_crawl(tabs=3), Levels(7)
    run(crawl, levels)
    assert crawl.log[0] == (0, PAGE)
    expected = {f"{PAGE}{index}": index % 3 for index in range(1, 8)} | {PAGE: 0}
    assert {url: number for number, url in crawl.log} == expected
    assert levels.done == [f"{PAGE}{index}" for index in range(1, 8)]


def test_the_start_page_is_over_before_any_other_begins() -> None:
    crawl = make_crawl()
    run(crawl, Levels(5))
    assert crawl.log[0] == (0, PAGE)
    assert crawl.results[0].url == PAGE


def test_only_as_many_tabs_as_are_needed_each_with_the_jar_of_the_first() -> None:
    crawl = make_crawl(tabs=4)
    run(crawl, Levels(1))
    assert [visitor.stored for visitor in crawl.visitors] == [None, "jar of the first tab"]
    assert crawl.visitors[0].memory is not crawl.visitors[1].memory


def test_levels_go_on_until_there_is_none() -> None:
    crawl = make_crawl(tabs=2)
    run(crawl, Levels(2, 3, 1))
    assert len(crawl.results) == 7
    assert all(visitor.closed for visitor in crawl.visitors)


def test_the_first_page_is_watched_and_in_other_states_the_choice_is_made_there() -> None:
    crawl = make_crawl(watch_s=7.0, settle_cap_s=1.0, tabs=1)
    run(crawl, Levels(1, discovers=False), "accept")
    first, second = crawl.visitors[0].plans
    assert (first.watch_s, first.choose, first.adopts_host) == (7.0, True, False)
    assert (second.watch_s, second.choose, second.settle_cap_s) == (0.0, False, 1.0)
    assert {first.state, second.state} == {"accept"}


def test_without_a_choice_nothing_is_clicked() -> None:
    crawl = make_crawl()
    run(crawl, Levels())
    assert not crawl.visitors[0].plans[0].choose
    assert crawl.visitors[0].plans[0].adopts_host


def test_a_used_up_budget_ends_the_crawl_between_pages() -> None:
    crawl = make_crawl(limits={"max_requests": 25}, tabs=1)
    run(crawl, Levels(9))
    assert len(crawl.results) == 3
    assert "--max-requests" in (crawl.limits.reason or "")


def test_a_start_page_that_cannot_be_scanned_closes_every_tab() -> None:
    crawl = make_crawl()
    with pytest.raises(SiteError):
        run(crawl, Levels(error=SiteError("no")))
    assert all(visitor.closed for visitor in crawl.visitors)


def test_an_interrupt_ends_it_with_what_there_is() -> None:
    crawl = make_crawl(tabs=1)
    crawl.limits.interrupted.set()
    run(crawl, Levels(5))
    assert [result.url for result in crawl.results] == [PAGE]
    assert crawl.limits.reason == "interrupted"
