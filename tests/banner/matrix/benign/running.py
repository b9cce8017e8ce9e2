"""Visit every page of the corpus in one state and write down what could be seen of it from outside."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.matrix.benign.corpus import PAGES, on_page
from tests.banner.matrix.benign.shop import GATED, NEEDED, SHOP, TAG, shop
from tests.support.banner import built
from tests.support.browsing import launch_on_loopback
from tests.support.policies import choosing_policy
from tests.support.sites import Hit, Site
from tests.support.tls import make_tls_files

Choice = Literal["no-choice", "reject", "accept"]
CHOICES: tuple[Choice, ...] = ("no-choice", "reject", "accept")
_SETTLE = "await new Promise((done) => setTimeout(done, 150));"
# Where held requests of a kind that only the network can refuse are sent (banner/src/block/network.js); the
# browser says so on the console, as it does for any blocker.
_NOWHERE = "consentinel.invalid"
_HELD = (*GATED, _NOWHERE)


@dataclass
class Seen:
    """What the pages did: requests (also to the parties that the site needs), console lines, results."""

    requests: dict[str, Counter[str]] = field(default_factory=dict)
    console: dict[str, Counter[str]] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)


def differences(wanted: Seen, got: Seen) -> list[str]:
    """Return what is broken: the constructs whose result differs, the pages whose requests or console do."""
    broken = [
        f"{name}: {wanted.results[name]!r} became {got.results.get(name)!r}"
        for name in wanted.results
        if wanted.results[name] != got.results.get(name)
    ]
    for what in ("requests", "console"):
        for page, lines in getattr(wanted, what).items():
            other = getattr(got, what)[page]
            broken += [f"{page}: {what}: missing {line}" for line in lines - other]
            broken += [f"{page}: {what}: new {line}" for line in other - lines]
    return broken


def visit(
    playwright: Playwright, executable: Path, folder: Path, mode: str, choice: Choice = "no-choice"
) -> Seen:
    """Return what is seen with the banner in `mode` ('' for a site without it) after `choice`."""
    files = built({"site": f"https://{SHOP}/", "mode": mode, "rules": _RULES}) if mode else {}
    with ExitStack() as stack:
        choose = stack.enter_context(choosing_policy(files)) if mode == "strict" else None
        site = shop(TAG if mode else "", files, choose)
        browser = stack.enter_context(_browser(playwright, executable, folder, site))
        context = browser.new_context()
        if choice != "no-choice":
            _choose(context, choice, reloads=mode == "strict" and choice == "accept")
        return _seen(context, site)


def _choose(context: BrowserContext, choice: Choice, *, reloads: bool) -> None:
    """Answer on a page of its own. reloads: the page does so then; closed meanwhile, it may hang for good."""
    page = context.new_page()
    page.goto(f"https://{SHOP}/modules")
    with page.expect_navigation(wait_until="load") if reloads else nullcontext():
        page.evaluate(f"setTimeout(() => consentinel.{choice}(), 0)")
        page.wait_for_function("document.cookie.includes('consentinel=1.')")
    page.close()


def _seen(context: BrowserContext, site: Site) -> Seen:
    seen = Seen()
    for name in PAGES:
        page = context.new_page()
        lines = _listen(page)
        site.log.clear()
        page.goto(f"https://{SHOP}/{name}")
        results = page.evaluate("async () => { const r = await window.finished; " + _SETTLE + " return r; }")
        page.close()
        seen.console[name] = Counter(line for line in lines if not any(host in line for host in _HELD))
        seen.requests[name] = Counter(_line(hit) for hit in site.log.hits if _counts(hit))
        seen.results |= {item.id: results[item.id] for item in on_page(name) if not item.gated}
    return seen


def _listen(page: Page) -> list[str]:
    """Return the list that the page's console lines and uncaught errors are added to."""
    lines: list[str] = []

    def said(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        lines.append(f"{message.type}: {message.text}" + (f" at {where}" if _NOWHERE in where else ""))

    def threw(error: Error) -> None:
        lines.append(f"error: {error}")

    page.on("console", said)
    page.on("pageerror", threw)
    return lines


def _counts(hit: Hit) -> bool:
    # whether an aborted request had left already is a matter of luck
    return hit.host in (SHOP, *NEEDED) and not hit.path.startswith(("/consentinel", "/slow"))


def _line(hit: Hit) -> str:
    body = "multipart" if "multipart" in hit.headers.get("content-type", "") else hit.body.decode()
    query = re.sub(r"_=\d+", "_=TIME", hit.query)  # jQuery's way around caches
    return f"{hit.method} {hit.host}{hit.path}?{query} {body}"


@contextmanager
def _browser(playwright: Playwright, executable: Path, folder: Path, site: Site) -> Iterator[Browser]:
    with ExitStack() as stack:
        plain = stack.enter_context(LoopbackServer(site))
        secure = stack.enter_context(LoopbackServer(site, tls=make_tls_files(folder / "tls", site.hosts)))
        browser = launch_on_loopback(
            playwright, executable, folder, http_port=plain.port, https_port=secure.port
        )
        stack.callback(browser.close)
        yield browser


_RULES: list[Mapping[str, str]] = [
    *({"host": host, "category": "strictly-necessary", "vendor": host.split(".")[1]} for host in NEEDED),
    *({"host": host, "category": "targeting", "vendor": "Video"} for host in GATED),
    {"cookie": "_trk*", "category": "targeting", "vendor": "Video"},
]
