"""All pages of a site in one state: the start page first and alone, then the others on several tabs.

Page i goes to tab i mod n and each tab has its own jar, which starts as a copy of the first tab's: so no
page's cookies depend on which other page was faster (tried: four tabs on one jar gave five answers).
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from consentinel.scanner.browser import Browser
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.collectors import CollectorFactory
from consentinel.scanner.collectors.base import Memory
from consentinel.scanner.egress import Egress
from consentinel.scanner.frontier import PageRef
from consentinel.scanner.hooks import hook_source
from consentinel.scanner.knowledge import Knowledge
from consentinel.scanner.network import NetworkLog
from consentinel.scanner.pages import PageSource
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.states import LEFT_ALONE
from consentinel.scanner.tab import Hooks, StoredState, Tab
from consentinel.scanner.tab_options import TabOptions
from consentinel.scanner.visit import Visitor, VisitPlan, VisitResult

GPC_HOOK = "gpc"
_GUARD_S = 0.1
BROWSER_GONE = "the browser went away, so the rest of the scan is missing"


@dataclass(kw_only=True)
class Limits:
    """What a scan may use up; `reason` says what ended it early, None while nothing has."""

    deadline: float
    max_requests: int
    egress: Egress
    interrupted: asyncio.Event
    reason: str | None = None
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    logs: list[NetworkLog] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests all tabs have made so far."""
        return sum(log.total_requests for log in self.logs)

    async def guard(self) -> None:
        """Set `hurry` once something is used up, also in the middle of a page; never returns before."""
        while not self.exhausted():  # noqa: ASYNC110 clocks and counters set no event
            await asyncio.sleep(_GUARD_S)
        self.hurry.set()

    def exhausted(self) -> bool:
        """Say whether to stop before the next page, and remember why."""
        if self.reason is None:
            self.reason = self._why()
        return self.reason is not None

    def _why(self) -> str | None:
        if self.interrupted.is_set():
            return "interrupted"
        if time.monotonic() > self.deadline:
            return "the time budget is used up (--time-budget)"
        if self.requests > self.max_requests:
            return "the request budget is used up (--max-requests)"
        return "the byte budget is used up (--max-bytes)" if self.egress.exhausted else None


@dataclass(kw_only=True)
class Crawl:
    """Everything that the states of one scan share."""

    browser: Browser
    settings: ScanSettings
    options: TabOptions
    collectors: Sequence[CollectorFactory]
    knowledge: Knowledge
    own: OwnHosts
    limits: Limits
    on_visit: Callable[[VisitResult], None]
    results: list[VisitResult] = field(default_factory=list)

    async def run_state(self, state: State, pages: PageSource) -> None:
        """Visit the start page, let `pages` say what follows from it, and visit that on all tabs."""
        visitors = [await self._visitor(state, None, Memory())]
        guard = asyncio.create_task(self.limits.guard())
        try:
            first = await self._visit(visitors[0], self._first_plan(state, pages))
            following = await pages.after_start(first)
            while following and not self.limits.exhausted():
                await self._grow(visitors, state, following)
                following = pages.after_level(await self._visit_level(visitors, state, following))
        finally:
            guard.cancel()
            await asyncio.gather(*(visitor.tab.close() for visitor in visitors))

    def _plan(self, url: str, state: State) -> VisitPlan:
        """Return the plan for an ordinary page: no watching, no clicking."""
        return VisitPlan(
            url=url,
            state=state,
            settle_cap_s=self.settings.settle_cap_s,
            page_timeout_s=self.settings.page_timeout_s,
            max_redirects=self.settings.max_redirects,
        )

    def _first_plan(self, state: State, pages: PageSource) -> VisitPlan:
        return replace(
            self._plan(pages.start, state),
            adopts_host=pages.discovers,
            watch_s=self.settings.watch_s,
            choose=state not in LEFT_ALONE,
            is_first=True,
        )

    async def _visit(self, visitor: Visitor, plan: VisitPlan) -> VisitResult:
        result = await visitor.visit(plan)
        self.results.append(result)
        self.on_visit(result)
        return result

    async def _grow(self, visitors: list[Visitor], state: State, level: Sequence[PageRef]) -> None:
        """Open the tabs that this level needs, each with what the first one has stored."""
        needed = min(self.settings.tabs, 1 + max(ref.index for ref in level))
        if len(visitors) >= needed:
            return
        stored = await visitors[0].tab.stored_state()
        while len(visitors) < needed:
            visitors.append(await self._visitor(state, stored, visitors[0].memory.copy()))

    async def _visitor(self, state: State, stored: StoredState | None, memory: Memory) -> Visitor:
        collectors = [make() for make in self.collectors]
        names = [name for collector in collectors for name in collector.hooks]
        names += [GPC_HOOK] if state == "gpc" else []
        hooks = Hooks(hook_source(names), hook_source(names, holds_timers=True))
        options = replace(self.options, gpc=state == "gpc")
        tab = await Tab.open(self.browser, options, self.own, hooks, stored)
        self.limits.logs.append(tab.network)
        return Visitor(
            tab=tab,
            collectors=collectors,
            catalogue=self.knowledge.catalogue,
            own=self.own,
            memory=memory,
            hurry=self.limits.hurry,
        )

    async def _visit_level(
        self, visitors: Sequence[Visitor], state: State, level: Sequence[PageRef]
    ) -> list[tuple[PageRef, VisitResult]]:
        queues: list[list[PageRef]] = [[] for _ in visitors]
        for ref in level:
            queues[ref.index % len(visitors)].append(ref)
        done = await asyncio.gather(
            *(
                self._visit_queue(visitor, state, queue)
                for visitor, queue in zip(visitors, queues, strict=True)
            )
        )
        return sorted((pair for queue in done for pair in queue), key=lambda pair: pair[0].index)

    async def _visit_queue(
        self, visitor: Visitor, state: State, queue: Sequence[PageRef]
    ) -> list[tuple[PageRef, VisitResult]]:
        done = []
        for ref in queue:
            if self.limits.exhausted():
                break
            done.append((ref, await self._visit(visitor, self._plan(ref.url, state))))
        return done
