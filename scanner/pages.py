"""Which pages a state visits: found on the way in the first state, the same ones again in the others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urljoin

from consentinel.scanner.egress import Egress
from consentinel.scanner.fetching import Fetcher
from consentinel.scanner.frontier import Frontier, PageRef
from consentinel.scanner.links import extract_links
from consentinel.scanner.observations import Gap
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.robots import Robots, robots_of_response
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.sitemap import collect_sitemaps
from consentinel.scanner.start import start_error
from consentinel.scanner.visit import VisitResult

Done = Sequence[tuple[PageRef, VisitResult]]


class PageSource(Protocol):
    """Where the pages of one state come from; `discovers` is true where nothing is known of the site yet."""

    start: str
    discovers: bool

    async def after_start(self, first: VisitResult) -> list[PageRef]:
        """Return the pages to visit after the start page; none where the state cannot go on."""

    def after_level(self, done: Done) -> list[PageRef]:
        """Return the pages that follow from those just visited."""


class Discovery:
    """The first state: robots.txt, sitemaps and links, through the frontier."""

    discovers = True

    def __init__(
        self,
        starts: Sequence[str],
        settings: ScanSettings,
        own: OwnHosts,
        egress: Egress,
        fetcher: Fetcher,
    ) -> None:
        self.start = starts[0]
        self.gaps: list[Gap] = []
        self._starts = starts
        self._settings = settings
        self._own = own
        self._egress = egress
        self._fetcher = fetcher
        self._frontier = self._new_frontier(Robots())

    @property
    def pages(self) -> tuple[PageRef, ...]:
        """All pages chosen so far, the start page first."""
        return self._frontier.pages

    async def after_start(self, first: VisitResult) -> list[PageRef]:
        """Read robots.txt and the sitemaps, then return the other start pages or the first level.

        Raises SiteError where the start page itself cannot be scanned.
        """
        error = start_error(first, self._egress)
        if error is not None:
            raise error
        if first.status is None:
            return []  # the scan ended before the page was there
        robots = await self._robots(first.url)
        self._frontier = self._new_frontier(robots)
        self._frontier.seed(self._starts)
        level = self._frontier.next_level()
        await self._add_sitemaps(first.url, robots)
        if first.plan.choose:
            return level if is_reached(first) else []
        return self.after_level([(level[0], first)], more=level[1:])

    def after_level(self, done: Done, more: Sequence[PageRef] = ()) -> list[PageRef]:
        """Add the links of the pages just visited and return the next level; `more` comes before it."""
        for ref, result in done:
            if not result.off_site:
                self._frontier.mark_seen(result.url)
                self._frontier.add_links(ref.url, ref.depth, self._links(result))
        return list(more) or self._frontier.next_level()

    @property
    def left_out(self) -> int:
        """How many pages were found but not visited, since `max_pages` was reached."""
        return self._frontier.left_out

    def finish(self) -> list[Gap]:
        """Return what was not visited on purpose, or could not be read."""
        return [*self.gaps, *self._frontier.gaps]

    def _links(self, result: VisitResult) -> list[str]:
        links = extract_links(result.html, result.url, self._own)
        return list(dict.fromkeys([*links, *result.routes]))

    def _new_frontier(self, robots: Robots) -> Frontier:
        settings = self._settings
        return Frontier(
            self._own,
            max_pages=settings.max_pages,
            max_depth=settings.max_depth,
            include=settings.include,
            exclude=settings.exclude,
            robots=robots,
        )

    async def _robots(self, page: str) -> Robots:
        url = urljoin(page, "/robots.txt")
        answer = await self._fetcher.get(url)
        robots, gap = robots_of_response(url, answer.status, answer.body)
        if gap is not None:
            self.gaps.append(gap)
        return replace(robots, rules=()) if self._settings.ignore_robots else robots

    async def _add_sitemaps(self, page: str, robots: Robots) -> None:
        found = await collect_sitemaps(self._fetcher.get, page, robots.sitemaps)
        self.gaps += found.gaps
        self._frontier.add_sitemap(found.pages)


class Replay:
    """A later state: after the choice on the start page, the pages of the first state, all at once."""

    discovers = False

    def __init__(self, pages: Sequence[PageRef]) -> None:
        self.start = pages[0].url
        self._pages = pages

    async def after_start(self, first: VisitResult) -> list[PageRef]:
        """Return all pages, the start page too: a choice may act only on the next load."""
        return list(self._pages) if is_reached(first) else []

    def after_level(self, done: Done) -> list[PageRef]:  # noqa: ARG002 one seam
        """There is nothing to discover."""
        return []


def is_reached(first: VisitResult) -> bool:
    """Say whether the state of this first visit was reached; where nothing was to be clicked, it was."""
    if not first.plan.choose:
        return True
    return first.reached is not None and first.reached.reached
