"""A page with the banner and a few third parties, whose requests are counted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.support.banner import built
from tests.support.sites import HTML, Hit, Site

# Chromium finds every name below localhost on this machine.
THIRD_PARTIES = (
    ("Maps", "functional", "maps.localhost", "maps_*"),
    ("Perf", "performance", "perf.localhost", "perf_*"),
    ("Ads", "targeting", "ads.localhost", "ads_*"),
    ("Captcha", "functional", "captcha.localhost", "captcha_*"),
)
RULES = [
    {key: value, "category": category, "vendor": vendor}
    for vendor, category, host, cookie in THIRD_PARTIES
    for key, value in (("host", host), ("cookie", cookie))
]


@dataclass
class Stand:
    """One site and the tab that looks at it."""

    site: Site
    port: int
    page: Page
    host: str = "127.0.0.1"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def open(
        self,
        body: str,
        *,
        above: str = "",
        head: str = "",
        headers: Mapping[str, str] | None = None,
        **config: Any,
    ) -> None:
        """Show a page of `body`; `PORT` in it is the server's. The banner is in its head, below `above`."""
        self.put("/", body, above=above, head=head, headers=headers, **config)
        self.page.goto(self.url())

    def put(
        self,
        path: str,
        body: str,
        *,
        above: str = "",
        head: str = "",
        headers: Mapping[str, str] | None = None,
        **config: Any,
    ) -> None:
        settings = {"site": self.url(), "rules": RULES, **config}
        for name, content in built(settings).items():
            self.site.script(f"http://{self.host}/{name}", content.decode())
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title>'
            f'<link rel="icon" href="data:,">{above}<script nonce="n" src="/consentinel.js"></script>'
            f"{head}</head><body>{body}</body></html>"
        )
        self.site.add(
            f"http://{self.host}{path}",
            html.replace("PORT", str(self.port)),
            content_type=HTML,
            headers=list((headers or {}).items()),
        )

    def tag(self, host: str, path: str, code: str | Callable[[Hit], str]) -> None:
        """Serve a script of a third party."""
        self.site.script(f"http://{host}.localhost{path}", str(code))

    def asked(self, host: str) -> list[str]:
        """Return the paths that were requested of a third party."""
        return [hit.path for hit in self.site.log.of(f"{host}.localhost")]

    def choose(self, *categories: str) -> None:
        """Save a choice, and wait until all that it releases has run."""
        choices = json.dumps(dict.fromkeys(categories, True))
        self.page.evaluate(f"consentinel.save({choices})")

    def seen(self) -> list[str]:
        """Return what the page's scripts have put into `seen`."""
        seen: list[str] = self.page.evaluate("window.seen || []")
        return seen

    def wait(self, *seen: str) -> None:
        """Wait until the page's scripts have reported exactly this, in this order."""
        wanted = json.dumps(list(seen))
        self.page.wait_for_function(
            f"JSON.stringify(window.seen) === JSON.stringify({wanted})", timeout=5_000
        )
