"""The lifecycle of a scan: egress, browser, each state over all pages, classify, report."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from consentinel.scanner.addresses import EgressPolicy, parse_resolve
from consentinel.scanner.assembly import assemble
from consentinel.scanner.browser import Browser, LaunchOptions, PlaywrightError, launch, plain_user_agent
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.collectors import COLLECTORS, CollectorFactory
from consentinel.scanner.crawl import BROWSER_GONE, Crawl, Limits
from consentinel.scanner.egress import Egress
from consentinel.scanner.errors import BrowserError, InputError
from consentinel.scanner.fetching import Fetcher
from consentinel.scanner.knowledge import Knowledge, load_knowledge
from consentinel.scanner.pages import Discovery, Replay
from consentinel.scanner.party import OwnHosts, registrable_domain
from consentinel.scanner.report import Report
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.tab_options import TabOptions
from consentinel.scanner.urls import host_of, parse_start_url
from consentinel.scanner.visit import VisitResult

OnVisit = Callable[[VisitResult], None]


@dataclass(frozen=True, kw_only=True)
class ScanResult:
    """A report, and what does not belong into its JSON: pictures of the first page, visits, and warnings."""

    report: Report
    screenshots: Mapping[State, bytes] = field(default_factory=dict)
    visits: Sequence[VisitResult] = ()
    warnings: Sequence[str] = ()


async def scan(
    urls: Sequence[str],
    settings: ScanSettings,
    *,
    collectors: Sequence[CollectorFactory] = COLLECTORS,
    on_visit: OnVisit | None = None,
    interrupted: asyncio.Event | None = None,
    knowledge: Knowledge | None = None,
) -> ScanResult:
    """Scan one site and return its report.

    urls: entry pages of one site, the first is its start page. on_visit: called after each page. interrupted:
    once set, the scan ends early with what it has, marked as truncated. knowledge: what was loaded for these
    settings already, for many sites.

    Raises InputError for URLs or settings that cannot be used, CatalogueError, BrowserError, and SiteError
    where the start page cannot be scanned.
    """
    starts = _start_urls(urls)
    knowledge = knowledge or load_knowledge(settings)
    own = OwnHosts(host_of(starts[0]), settings.first_party)
    started = datetime.now(UTC)
    async with Egress(_policy(settings, starts)) as egress, _browser(settings, egress) as browser:
        limits = Limits(
            deadline=time.monotonic() + settings.time_budget_s,
            max_requests=settings.max_requests,
            egress=egress,
            interrupted=interrupted or asyncio.Event(),
        )
        crawl = Crawl(
            browser=browser,
            settings=settings,
            options=_tab_options(settings, starts[0], browser.version),
            collectors=collectors,
            knowledge=knowledge,
            own=own,
            limits=limits,
            on_visit=on_visit or (lambda _visit: None),
        )
        fetcher = Fetcher(proxy_url=egress.url, options=crawl.options)
        discovery = Discovery(starts, settings, own, egress, fetcher)
        await _run_states(crawl, discovery)
        report = assemble(crawl, discovery, started=started)
    return ScanResult(
        report=report,
        screenshots=_screenshots(crawl.results),
        visits=crawl.results,
        warnings=knowledge.warnings,
    )


async def _run_states(crawl: Crawl, discovery: Discovery) -> None:
    """Discover the pages in the first state, then visit the same ones in each other state."""
    first, *others = crawl.settings.states
    try:
        await crawl.run_state(first, discovery)
        for state in others:
            if crawl.limits.exhausted():
                return
            await crawl.run_state(state, Replay(discovery.pages))
    except PlaywrightError as error:
        if not any(result.status for result in crawl.results):
            raise BrowserError("the browser went away before a page was read; try again") from error
        crawl.limits.reason = BROWSER_GONE


def _start_urls(urls: Sequence[str]) -> list[str]:
    starts = [parse_start_url(url) for url in urls]
    if not starts:
        raise InputError("no URL given: name the start page of the site, e.g. https://example.org")
    domains = {registrable_domain(host_of(url)) for url in starts}
    if len(domains) > 1:
        raise InputError(
            f"these URLs are of different sites ({', '.join(sorted(domains))}): scan one site at a time, "
            "or many with --sites FILE"
        )
    return starts


def _policy(settings: ScanSettings, starts: Sequence[str]) -> EgressPolicy:
    """Return what the browser may reach; the port of the start page is meant to be reached."""
    ports = {80, 443, *settings.allow_port, *(port for url in starts if (port := urlsplit(url).port))}
    return EgressPolicy(
        allow_private=settings.allow_private,
        ports=frozenset(ports),
        resolve=dict(parse_resolve(text) for text in settings.resolve),
        max_bytes=settings.max_bytes,
    )


@asynccontextmanager
async def _browser(settings: ScanSettings, egress: Egress) -> AsyncIterator[Browser]:
    options = LaunchOptions(
        proxy_url=egress.url,
        third_party_cookies=not settings.block_third_party_cookies,
        insecure=settings.insecure,
    )
    async with launch(options) as browser:
        yield browser


def _tab_options(settings: ScanSettings, start: str, version: str) -> TabOptions:
    return TabOptions(
        user_agent=settings.user_agent or plain_user_agent(version),
        locale=settings.locale,
        insecure=settings.insecure,
        http_auth=settings.credentials(),
        headers=settings.header_values(),
        trusted=OwnHosts(host_of(start), settings.first_party),
        secure=start.startswith("https:"),
    )


def _screenshots(results: Sequence[VisitResult]) -> dict[State, bytes]:
    return {result.plan.state: result.screenshot for result in results if result.screenshot}
