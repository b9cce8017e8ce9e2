"""Which pages next: every page once, in an order that depends on the site alone, within limits."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from consentinel.scanner.links import is_action, is_file
from consentinel.scanner.observations import Gap
from consentinel.scanner.patterns import compile_pattern
from consentinel.scanner.robots import Robots
from consentinel.scanner.traps import is_endless, is_trap_pattern, path_pattern
from consentinel.scanner.urls import host_of, normalise_url, page_key

# Pages of one pattern that come before all others are seen: a fifth of the scan, but not fewer than this.
_MIN_PAGES_PER_PATTERN = 5
_MAX_GAPS = 20
# What is remembered of a hostile site; no scan visits a hundredth of it.
_MAX_KNOWN = 100_000

# Where a candidate comes from: links of pages first (what visitors see), then the sitemap.
_FROM_LINK, _FROM_SITEMAP = 0, 1


class PageRef(msgspec.Struct, frozen=True):
    """A page to visit. index: 0, 1, 2… in the order of the scan. depth: links away from the start page."""

    index: int
    url: str
    depth: int


class _Candidate(NamedTuple):
    source: int
    parent: int
    position: int
    url: str
    depth: int


class Frontier:
    """Decides which pages a scan visits.

    Pages come in levels: visit all of one level in any order or at once, report their links, ask for the
    next. So how fast a page answers never decides which pages are chosen. `own`: the hosts of the site.
    include, exclude: patterns on path and query, see `compile_pattern`. robots: None visits all.

    Start pages are what the user asked for: no pattern and no robots rule keeps them away.
    """

    def __init__(
        self,
        own: Container[str],
        *,
        max_pages: int = 25,
        max_depth: int = 5,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        robots: Robots | None = None,
    ) -> None:
        self.left_out = 0
        self._own = own
        self._max_pages = max_pages
        self._max_depth = max_depth
        self._include = [compile_pattern(text) for text in include]
        self._exclude = [compile_pattern(text) for text in exclude]
        self._robots = robots
        self._per_pattern = max(_MIN_PAGES_PER_PATTERN, max_pages // 5)
        self._pages: list[PageRef] = []
        self._index_of: dict[str, int] = {}
        self._start: list[str] = []
        self._candidates: list[_Candidate] = []
        self._later: list[_Candidate] = []
        self._known: set[str] = set()
        self._patterns: Counter[str] = Counter()
        self._forbidden: list[str] = []
        self._trapped: dict[str, list[str]] = {}

    def seed(self, start_urls: Iterable[str]) -> None:
        """Add the start pages, as `parse_start_url` gives them; they are visited under these very URLs."""
        self._start.extend(start_urls)

    def add_sitemap(self, urls: Iterable[str]) -> None:
        """Add the pages that the sitemaps list, in their order; they count as linked from the start page."""
        self._candidates.extend(
            _Candidate(_FROM_SITEMAP, 0, position, url, 1) for position, url in enumerate(urls)
        )

    def add_links(self, page_url: str, depth: int, links: Iterable[str]) -> None:
        """Add the links of a visited page, in document order; `page_url`, `depth` as in its PageRef."""
        parent = self._index_of.get(page_url, len(self._pages))
        self._candidates.extend(
            _Candidate(_FROM_LINK, parent, position, url, depth + 1) for position, url in enumerate(links)
        )

    def mark_seen(self, url: str) -> None:
        """Note where a page really led (a redirect's target), so that it is not visited again."""
        key = page_key(url)
        if key is not None:
            self._known.add(key)

    def next_level(self) -> list[PageRef]:
        """Return the pages to visit now; none when all are visited or `max_pages` is reached."""
        chosen = self._choose_start() if self._start else self._choose()
        room = self._max_pages - len(self._pages)
        self.left_out += len(chosen[room:])
        return [self._hand_out(candidate) for candidate in chosen[:room]]

    @property
    def pages(self) -> tuple[PageRef, ...]:
        """All pages handed out so far, in order."""
        return tuple(self._pages)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Pages that were not visited on purpose: forbidden by robots.txt, or endless variations."""
        return (*self._robots_gaps(), *self._trap_gaps())

    def _choose_start(self) -> list[_Candidate]:
        start, self._start = self._start, []
        found = (_Candidate(_FROM_LINK, 0, position, url, 0) for position, url in enumerate(start))
        return [candidate for candidate in found if self._is_new(candidate.url)]

    def _choose(self) -> list[_Candidate]:
        candidates, self._candidates = sorted(self._candidates), []
        chosen = [candidate for found in candidates if (candidate := self._judge(found)) is not None]
        if not chosen:
            chosen, self._later = self._later, []
        if len(self._pages) + len(chosen) >= self._max_pages:
            self.left_out += len(self._later)
            self._later = []
        return chosen

    def _judge(self, found: _Candidate) -> _Candidate | None:
        """Return the candidate under its normal URL, or None where it is not visited (now)."""
        url = normalise_url(found.url)
        if url is None or found.depth > self._max_depth or not self._is_wanted(url) or not self._is_new(url):
            return None
        candidate = found._replace(url=url)
        if self._robots is not None and not self._robots.allows(url):
            self._forbidden.append(url)
            return None
        return candidate if self._has_its_turn(candidate) else None

    def _has_its_turn(self, candidate: _Candidate) -> bool:
        """Count the page for its pattern; too many of one are put behind all others, or dropped if a trap."""
        pattern = path_pattern(candidate.url)
        self._patterns[pattern] += 1
        if self._patterns[pattern] <= self._per_pattern:
            return True
        if is_trap_pattern(candidate.url):
            self._trapped.setdefault(pattern, []).append(candidate.url)
        else:
            self._later.append(candidate)
        return False

    def _is_wanted(self, url: str) -> bool:
        if host_of(url) not in self._own or is_file(url) or is_action(url) or is_endless(url):
            return False
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if self._include and not any(matches(target) for matches in self._include):
            return False
        return not any(matches(target) for matches in self._exclude)

    def _is_new(self, url: str) -> bool:
        key = page_key(url)
        if key is None or key in self._known or len(self._known) >= _MAX_KNOWN:
            return False
        self._known.add(key)
        return True

    def _hand_out(self, candidate: _Candidate) -> PageRef:
        page = PageRef(len(self._pages), candidate.url, candidate.depth)
        self._pages.append(page)
        self._index_of[page.url] = page.index
        return page

    def _robots_gaps(self) -> list[Gap]:
        reason = "robots.txt forbids this page; --ignore-robots visits it"
        gaps = [Gap(kind="robots", where=url, reason=reason) for url in self._forbidden[:_MAX_GAPS]]
        more = self._forbidden[_MAX_GAPS:]
        if more:
            reason = f"robots.txt forbids this page and {len(more) - 1} more; --ignore-robots visits them"
            gaps.append(Gap(kind="robots", where=more[0], reason=reason))
        return gaps

    def _trap_gaps(self) -> list[Gap]:
        return [
            Gap(
                kind="crawl-trap",
                where=urls[0],
                reason=f"of pages like this at most {self._per_pattern} are visited; left out: {len(urls)}",
            )
            for _, urls in sorted(self._trapped.items())[:_MAX_GAPS]
        ]
