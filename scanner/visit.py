"""One page in one state: go there, choose, watch or settle, collect, leave; every failure is a gap."""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from consentinel.scanner.browser import PlaywrightError, PlaywrightTimeoutError
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.collectors.base import Collector, Memory, Visit
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import Gap, Observation
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.shapes import public_url
from consentinel.scanner.states import Around, Reached, reach
from consentinel.scanner.tab import Tab
from consentinel.scanner.urls import host_of
from consentinel.scanner.walls import Wall, detect_wall
from consentinel.scanner.watching import watch

# A page that answers nothing at all while it is read: one hung renderer must not hold up the scan.
_READ_TIMEOUT_S = 5.0
_LEAST_SETTLE_S = 0.5
T = TypeVar("T")
_CRASHED = "the page crashed the browser's renderer"
_DOCUMENT = "() => (document.documentElement?.outerHTML ?? '').slice(0, 2_000_000)"


@dataclass(frozen=True, kw_only=True)
class VisitPlan:
    """What to do on one page.

    choose: the state is reached here, by clicking the banner. adopts_host: where this page leads is the site.
    is_first: it is pictured, and what it stores goes along to the other tabs.
    """

    url: str
    state: State
    watch_s: float = 0.0
    choose: bool = False
    adopts_host: bool = False
    settle_cap_s: float = 4.0
    page_timeout_s: float = 30.0
    max_redirects: int = 20
    is_first: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the page only settles: it is neither watched nor is a choice made on it."""
        return not self.watch_s and not self.choose


@dataclass(kw_only=True)
class VisitResult:
    """What came of one visit. `failure` is Chromium's error text where the page did not load at all."""

    plan: VisitPlan
    url: str
    status: int | None = None
    observations: list[Observation] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    html: str = ""
    routes: list[str] = field(default_factory=list)
    reached: Reached | None = None
    wall: Wall | None = None
    failure: str | None = None
    off_site: bool = False
    screenshot: bytes | None = None
    watched_s: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)
    committed_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One tab with its collectors and what its visitor has stored so far; `hurry` cuts waiting short."""

    tab: Tab
    collectors: Sequence[Collector]
    catalogue: Catalogue
    own: OwnHosts
    memory: Memory
    hurry: asyncio.Event

    async def visit(self, plan: VisitPlan) -> VisitResult:
        """Visit one page; never raises for what a page does."""
        result = VisitResult(plan=plan, url=plan.url)
        started = time.monotonic()
        try:
            async with asyncio.timeout(_limit_s(plan)) as limit:
                await self._visit(plan, result)
        except TimeoutError:
            late = f"the page took more than {_limit_s(plan):.0f} s"
            self._gap(
                result, *_hang(self.tab, late if limit.expired() else "the page did not answer any more")
            )
        except PlaywrightError as error:
            self._gap(result, *_page_error(self.tab, error))
        if result.gaps and not result.observations:
            # the logs have what a page did before it hung or crashed: only the last look is missing
            result.observations += self._reports(result)
        result.watched_s = round(time.monotonic() - started, 1)
        result.exchanges += self.tab.network.exchanges
        if self.tab.crashed or result.gaps:
            await self._renew(result)
        return result

    async def _visit(self, plan: VisitPlan, result: VisitResult) -> None:
        self.tab.begin()
        await self.tab.hold_timers(plan.is_plain)
        if not await self._go(plan, result):
            return
        if plan.choose:
            # a visitor takes a moment to answer: what the page loads by itself comes before the click
            await self.tab.settle(plan.settle_cap_s, self.hurry)
            result.reached = await reach(self.tab.page, plan.state, self._around(plan, result))
        if plan.watch_s:
            await watch(self.tab.page, plan.watch_s, self.hurry)
        spent_s = time.monotonic() - result.committed_at if plan.is_plain else 0.0
        await self.tab.settle(max(_LEAST_SETTLE_S, plan.settle_cap_s - spent_s), self.hurry)
        self._check_document(result)
        await self._collect(plan, result)

    def _around(self, plan: VisitPlan, result: VisitResult) -> Around:
        return Around(
            before_click=lambda: self._cut(result),
            settle=lambda: self.tab.settle(plan.settle_cap_s, self.hurry),
        )

    async def _go(self, plan: VisitPlan, result: VisitResult) -> bool:
        """Load the page; False where there is nothing to look at."""
        try:
            response = await self._unless_hurried(
                self.tab.page.goto(plan.url, wait_until="commit", timeout=plan.page_timeout_s * 1000)
            )
        except InterruptedError:
            self._gap(result, "page-incomplete", "the scan ended while the page was loading")
            return False
        except PlaywrightTimeoutError:
            result.failure = "net::ERR_TIMED_OUT"
        except PlaywrightError as error:
            result.failure = _one_line(error)
        else:
            if self._redirects() > plan.max_redirects:
                result.failure = "net::ERR_TOO_MANY_REDIRECTS"
                return False
            await self._arrive(result, response.status if response else None)
            result.wall = await self._wall(plan, result, dict(response.headers) if response else {})
            return result.wall is None or result.wall.kind != "not-html"
        return False

    async def _unless_hurried(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for `work`; raise InterruptedError where `hurry` is set before it is done."""
        task, hurry = asyncio.ensure_future(work), asyncio.ensure_future(self.hurry.wait())
        await asyncio.wait((task, hurry), return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if task.done():
            return task.result()
        task.cancel()
        raise InterruptedError

    def _check_document(self, result: VisitResult) -> None:
        """Note a page whose connection broke off: what stood further down was not seen."""
        address = result.url.partition("#")[0]
        hops = (hop for hop in self.tab.network.exchanges if hop.resource_type == "Document")
        failures = {hop.failure for hop in hops if hop.url == address} - {None, "net::ERR_ABORTED"}
        for failure in sorted(filter(None, failures)):
            why = failure.removeprefix("net::")
            self._gap(result, "page-incomplete", f"the answer broke off before its end ({why})")

    def _redirects(self) -> int:
        """Return how many redirects led to the document of the page."""
        documents = (hop for hop in self.tab.network.exchanges if hop.resource_type == "Document")
        return max((len(hop.redirects) for hop in documents if hop.url == self.tab.page.url), default=0)

    async def _arrive(self, result: VisitResult, status: int | None) -> None:
        result.url, result.status, result.committed_at = self.tab.page.url, status, time.monotonic()
        if result.plan.adopts_host:
            self.own.adopt(host_of(result.url))
        result.off_site = host_of(result.url) not in self.own
        await self.tab.wait_for_document(result.plan.settle_cap_s)

    async def _wall(self, plan: VisitPlan, result: VisitResult, headers: dict[str, str]) -> Wall | None:
        html = await self._html()
        return detect_wall(result.status, headers, plan.url, result.url, html)

    async def _html(self) -> str:
        """Return the document as it is now, cut: a page may be larger than the browser's driver can carry."""
        return str(await self.tab.evaluate(self.tab.page.main_frame, _DOCUMENT))

    def _cut(self, result: VisitResult) -> None:
        """Keep who wrote what, and forget the rest: what happened before the click is the state before it."""
        self._reports(result)
        self.memory.forget_told()
        result.exchanges += self.tab.network.exchanges
        self.tab.cut()

    async def _collect(self, plan: VisitPlan, result: VisitResult) -> None:
        visit = self._as_seen(result)
        for collector in self.collectors:
            await self._look(collector, visit, result)
        result.html = await self._html()
        result.routes = list(self.tab.routes)
        if plan.is_first:
            await self.tab.remember_storage()
            await self._take_picture(result)
        await self.tab.leave()
        result.observations += self._reports(result)

    async def _take_picture(self, result: VisitResult) -> None:
        try:
            result.screenshot = await self.tab.screenshot()
        except (PlaywrightError, TimeoutError):
            self._gap(result, "screenshot", "no picture of the page could be taken")

    async def _look(self, collector: Collector, visit: Visit, result: VisitResult) -> None:
        try:
            await collector.look(visit)
        except Exception as error:
            self._collector_gap(collector, error, result)

    def _report(self, collector: Collector, visit: Visit, result: VisitResult) -> Iterable[Observation]:
        try:
            return list(collector.report(visit))
        except Exception as error:
            self._collector_gap(collector, error, result)
            return ()

    def _reports(self, result: VisitResult) -> list[Observation]:
        """Return what all collectors have seen since the visit, or the choice in it, began."""
        visit = self._as_seen(result)
        return [seen for collector in self.collectors for seen in self._report(collector, visit, result)]

    def _as_seen(self, result: VisitResult) -> Visit:
        return Visit(
            tab=self.tab,
            state=result.plan.state,
            page=result.url,
            own=self.own,
            catalogue=self.catalogue,
            # what a foreign page or a wall stores is not told, so it must not count as told either
            memory=self.memory if is_of_site(result) else self.memory.copy(),
        )

    def _collector_gap(self, collector: Collector, error: Exception, result: VisitResult) -> None:
        reason = f"the collector {collector.name} failed ({type(error).__name__})"
        self._gap(result, "collector-failed", reason, collector.name)

    def _gap(self, result: VisitResult, kind: str, reason: str, collector: str | None = None) -> None:
        where = public_url(result.plan.url)
        state = result.plan.state
        result.gaps.append(Gap(kind=kind, where=where, reason=reason, state=state, collector=collector))

    async def _renew(self, result: VisitResult) -> None:
        """Replace a page that crashed or hangs, so that the next visit starts on a sound one."""
        try:
            await asyncio.wait_for(self.tab.renew(), _READ_TIMEOUT_S)
        except (PlaywrightError, TimeoutError):
            self._gap(result, "tab-lost", "the tab could not be opened again")


def is_of_site(result: VisitResult) -> bool:
    """Say whether what was seen on a visit belongs to the site: an error page of its own does."""
    is_wall = result.wall is not None and result.wall.kind != "http-error"
    return not is_wall and not result.off_site


def _limit_s(plan: VisitPlan) -> float:
    return plan.page_timeout_s + plan.watch_s + plan.settle_cap_s + 20.0


def _one_line(error: PlaywrightError) -> str:
    """Return Chromium's own text: without Playwright's prefix, the address, and the log below."""
    first = error.message.partition("\n")[0]
    return first.partition(" at ")[0].removeprefix("Page.goto: ").strip()


def _hang(tab: Tab, reason: str) -> tuple[str, str]:
    if tab.crashed:
        return "renderer-crashed", _CRASHED
    return "page-timeout", reason


def _page_error(tab: Tab, error: PlaywrightError) -> tuple[str, str]:
    if tab.crashed or "crashed" in error.message:
        return "renderer-crashed", _CRASHED
    return "page-lost", "the page went away while it was being read"
