"""The banner as a test sees it: its API, what the page has told the tags, and what reached the servers."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.support.sites import Site

_QUIET_S = 0.5
_AT_MOST_S = 15.0
_CONSENT = """() => (window.dataLayer ?? [])
  .map((entry) => Object.prototype.toString.call(entry) === '[object Arguments]' ? [...entry] : [entry.event])
  .filter(([first]) => ['consent', 'js', 'config'].includes(first) || `${first}`.startsWith('consentinel'))
  .map((entry) => entry[0] === 'js' ? ['js'] : entry)"""


@dataclass(frozen=True)
class BannerPage:
    """One page of a site with the banner; `site.log` is what its servers were asked."""

    page: Page
    site: Site

    def open(self, url: str) -> "BannerPage":
        """Load a page and wait until nothing more comes of it."""
        self.page.goto(url)
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until no request has reached the servers for half a second: no event says that none comes."""
        end = time.monotonic() + _AT_MOST_S
        seen, since = len(self.site.log.hits), time.monotonic()
        while time.monotonic() < min(end, since + _QUIET_S):
            self.page.wait_for_timeout(20)  # lets Playwright work, too
            if len(self.site.log.hits) != seen:
                seen, since = len(self.site.log.hits), time.monotonic()

    def until_asked(self, address: str) -> None:
        """Wait until `host/path` was asked for: SDKs gather for seconds what they send."""
        end = time.monotonic() + _AT_MOST_S
        while address not in self.asked() and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        assert address in self.asked(), sorted(self.asked())

    def save(self, **choices: bool) -> None:
        """Choose categories by the API, and wait until nothing more comes of it."""
        self.page.evaluate("(choices) => consentinel.save(choices)", choices)
        self.settle()

    def call(self, act: str) -> None:
        """Call `accept`, `reject` or `withdraw`; the page may load itself anew after it."""
        self.page.evaluate("(act) => void consentinel[act]()", act)
        self.settle()

    def state(self) -> Mapping[str, Any]:
        """Return `consentinel.state()`."""
        state: Mapping[str, Any] = self.page.evaluate("() => ({...consentinel.state()})")
        return state

    def told(self) -> list[list[Any]]:
        """Return what the dataLayer holds of consent, tags and our events, in order."""
        entries: list[list[Any]] = self.page.evaluate(_CONSENT)
        return entries

    def cookies(self) -> set[str]:
        """Return the names of all cookies, those of third parties too."""
        return {cookie["name"] for cookie in self.page.context.cookies()}

    def asked(self) -> Counter[str]:
        """Return how often each host and path was asked for."""
        return Counter(hit.host + hit.path for hit in self.site.log.hits)
