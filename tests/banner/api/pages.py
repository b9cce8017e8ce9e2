"""Pages with our script first in their head, and what stands around them: trackers and a consent API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from consentinel.banner.part_names import hash_of, name_of
from consentinel.scanner.demo.loopback import LoopbackServer
from tests.conftest import Serve
from tests.support.banner_dev import CONFIG, ROOT, bundles
from tests.support.sites import SCRIPT, Answer, Hit, Site

PARTS = ("act", "settings", "places")
TEXTS = json.loads((ROOT / "banner" / "locales" / "en.json").read_text("utf-8"))
# Vendors in the order of their indices: chat 0, stats 1, ads 2.
RULES = "1chat chat.example #chat_*\n2stats stats.example #stats_*\n3ads ads.example #ads_*"
EU = {"id": "eu", "where": "", "purposes": ["opt_in", "opt_in", "opt_in"], "days": 182}
US = {"id": "us", "where": "", "purposes": ["opt_out", "opt_out", "signal_opt_out"], "days": 365}
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"
# Kept in the page's name, which lives through a reload.
COUNT_LOADS = "window.name = String(Number(window.name || 0) + 1)"


def script(config: Mapping[str, object]) -> str:
    """Return the script with `config` over the defaults, and with the bundle of signals where one is on."""
    settings = {**CONFIG, **config}
    names = ["head.js", *(["signals.js"] if settings["signals"] else []), "ask.js"]
    code = "".join((bundles() / name).read_text("utf-8") for name in names)
    return f"(function(){{var __config={json.dumps(settings)};{code}}})();"


def confirmed(_: Hit) -> Answer:
    """Answer as the consent API does."""
    body = {"id": "c-1", "receipt": "r-1", "state": {"functional": True}}
    return Answer(json.dumps(body), 201, [("Content-Type", "application/json")])


@dataclass
class Banner:
    """A site with the banner; `posts` are the bodies that reached its consent API."""

    site: Site
    server: LoopbackServer
    config: dict[str, object] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/"

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [json.loads(hit.body) for hit in self.site.log.of("127.0.0.1", "/api/v1/consents")]

    def configure(self, **config: object) -> None:
        """Compile the script anew with other settings; `api` may be a path of the site."""
        self.config.update(config)
        parts = {key: hash_of(content) for key, content in part_files().items()}
        settings = {"rules": RULES, "texts": TEXTS, "parts": parts, **self.config}
        if api := str(settings.get("api", "")):
            settings["api"] = self.url.rstrip("/") + api
        self.site.script("/b/consentinel.js", script(settings))


def part_files() -> dict[str, bytes]:
    """Return the parts as they are bundled; the default texts are all compiled in."""
    return {key: (bundles() / f"{key}.js").read_bytes() for key in PARTS}


def start_banner(
    serve: Serve,
    *,
    head: str = "",
    body: str = "",
    before: str = "",
    attributes: str = "",
    answer: Callable[[Hit], Answer] = confirmed,
    **config: object,
) -> Banner:
    """Serve a page whose head begins with `before` and our script, with `head` below it."""
    tag = f'<script src="/b/consentinel.js" {attributes}></script>'
    site = Site("http://127.0.0.1/")
    for path in ("/", "/other"):
        site.page(path, body, head=before + tag + head)
    for key, content in part_files().items():
        site.add(f"/b/{name_of(key, content)}", content, content_type=SCRIPT)
    site.call("/api/v1/consents", answer)
    banner = Banner(site, serve(site))
    banner.configure(**config)
    return banner


def open_context(browser: Browser, *scripts: str) -> BrowserContext:
    """Return a visitor's browser; `scripts` run in each document before everything else."""
    context = browser.new_context()
    for script in scripts:
        context.add_init_script(script)
    return context


def choose(page: Page, call: str) -> dict[str, Any]:
    """Make a choice by the API and return the state that it answers with."""
    state: dict[str, Any] = page.evaluate(f"consentinel.{call}")
    return state


def reloads(page: Page, call: str) -> None:
    """Make a choice after which the page loads itself anew; return when it has."""
    with page.expect_navigation(wait_until="load"):
        page.evaluate(f"void consentinel.{call}")


def cookie(context: BrowserContext) -> str:
    """Return the value of the consent cookie, '' where there is none."""
    return next((found["value"] for found in context.cookies() if found["name"] == "consentinel"), "")
