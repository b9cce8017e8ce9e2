"""A site with the banner as it is built, and what a visitor sees and does there."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Report
from tests.conftest import Serve
from tests.support.banner import built
from tests.support.sites import HTML, SCRIPT, Site

SETTINGS: Mapping[str, Any] = {
    "site": "http://127.0.0.1/",
    "controller": "Northwind Coffee GmbH, Hafenstrasse 12, Hamburg",
    "links": {"privacy": "/privacy", "imprint": "/imprint"},
    "rules": [
        {"host": "chat.example", "category": "functional", "vendor": "Chat"},
        {"host": "stats.example", "category": "performance", "vendor": "Stats"},
        {"host": "ads.example", "category": "targeting", "vendor": "Ads"},
    ],
}
SCRIPT_TAG = '<script src="/b/consentinel.js"></script>'
BODY = """<main><h1>Roasted this morning</h1><p><a id="first" href="#shop">Shop</a></p>
<div style="height:2000px">Coffee</div></main>
<footer><a id="own" href="#" data-consentinel-action="settings">Your choices</a></footer>"""
LANGUAGES = ("ar", "de", "el", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "sv")
REGION = "csl-root"
# Where the focus is, in the page's own tree or in ours.
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.dataset?.consentinelAction || at?.id || at?.localName;
}"""


@dataclass
class BannerSite:
    """A running site with the banner; `files` are those that were built."""

    site: Site
    server: LoopbackServer
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/"

    def lose(self, part: str) -> None:
        """Let the files of one part be missing from now on."""
        for name in self.files:
            if name.startswith(f"consentinel-{part}."):
                self.site.add(f"/b/{name}", status=404)


def start_site(
    serve: Serve,
    *,
    head: str = SCRIPT_TAG,
    body: str = BODY,
    language: str = "en",
    headers: Mapping[str, str] | None = None,
    report: Report | None = None,
    edit: Callable[[bytes], bytes] = bytes,
    confirms: bool = False,
    **settings: Any,
) -> BannerSite:
    """Serve pages at `/`, `/privacy` and `/other` with the banner that SETTINGS and `settings` describe.

    `edit` changes the script after it was built. `confirms`: a consent API answers with an id and a receipt.
    """
    site = Site("http://127.0.0.1/")
    document = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Coffee</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{head}</head>'
        f"<body>{body}</body></html>"
    )
    for path in ("/", "/privacy", "/other"):
        site.add(path, document, content_type=HTML, headers=list((headers or {}).items()))
    server = serve(site)
    if confirms:
        settings["api"] = f"http://127.0.0.1:{server.port}/api"
        record = json.dumps({"id": "0198c1f2-7b3c", "receipt": "eyJhbGciOi.J9", "state": {}})
        site.add("/api/v1/consents", record, status=201, content_type="application/json")
    files = built({**SETTINGS, **settings}, report)
    for name, content in files.items():
        if name.endswith(".js"):
            site.add(f"/b/{name}", edit(content), content_type=SCRIPT)
    return BannerSite(site, server, files)


class Visitor:
    """Sees and uses the banner of the page that is open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialog = page.locator(f"{REGION} dialog[open]")
        self.title = self.dialog.locator("h2")
        self.corner = page.locator(f"{REGION} > button[slot]")

    def opens(self, url: str) -> "Visitor":
        """Go to a page and wait until the banner shows."""
        self.page.goto(url)
        self.dialog.wait_for()
        return self

    def button(self, action: str) -> Locator:
        """Return our button of an action, without that in the corner."""
        return self.page.locator(f"{REGION} > button[data-consentinel-action={action}]:not([slot])")

    def switch(self, name: str) -> Locator:
        """Return a switch of the second layer by its name."""
        return self.dialog.get_by_role("switch", name=re.compile(f"^{name}$", re.IGNORECASE))

    def opens_settings(self) -> "Visitor":
        """Go to the second layer and wait until it shows, with its services."""
        self.button("settings").click()
        self.switch("Functional").wait_for()
        self.dialog.locator("details").nth(2).wait_for()
        return self

    def focus(self) -> str:
        """Return what has the focus: the action or id of an element, else its name."""
        return str(self.page.evaluate(FOCUS))

    def tabs(self, times: int) -> list[str]:
        """Press Tab and return where the focus goes."""
        return [self._tab() for _ in range(times)]

    def _tab(self) -> str:
        self.page.keyboard.press("Tab")
        return self.focus()

    def state(self) -> dict[str, Any]:
        """Return what `consentinel.state()` says."""
        found: dict[str, Any] = self.page.evaluate("consentinel.state()")
        return found
