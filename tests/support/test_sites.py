"""The site builder, and that every technique site really does in a plain browser what it says."""

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from starlette.types import Receive, Scope, Send

from consentinel.scanner.demo.loopback import LoopbackServer
from tests import sites
from tests.conftest import Serve
from tests.sites import (
    canaries,
    challenge,
    error_pages,
    hostile_strings,
    late_tags,
    login_wall,
    not_html,
    redirect_loop,
    renderer_crash,
    worker_first_line,
)
from tests.support.browsing import launch_on_loopback
from tests.support.sites import Answer, Site
from tests.support.tls import make_tls_files

T = "t.tracker.example"
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Truth:
    """What a plain browser shows: names in the jar, `host/path` that were asked for, a JavaScript fact."""

    cookies: frozenset[str] = frozenset()
    hits: frozenset[str] = frozenset()
    fact: str = "true"
    absent: frozenset[str] = frozenset()


def _truth(cookies: str = "", hits: str = "", fact: str = "true", absent: str = "") -> Truth:
    words = [frozenset(text.split()) for text in (cookies, hits, absent)]
    return Truth(words[0], words[1], fact, words[2])


TRUTHS = {
    "beacon_keepalive": _truth(hits=f"{T}/kept-alive {T}/kept-alive-post {T}/plain-fetch"),
    "beacon_send": _truth(hits=f"{T}/on-load"),
    "canaries": _truth("session_token auth_by_header", f"{T}/p.gif {T}/collect"),
    "captcha_widget": _truth("_GRECAPTCHA", "js.hcaptcha.com/1/api.js www.google.com/recaptcha/api2/anchor"),
    "cookie_blocked": _truth(
        "kept",
        f"{T}/p.gif",
        absent="none_without_secure secure_over_http foreign_domain public_suffix too_large third_lax",
    ),
    "cookie_flood": _truth(fact="document.cookie.split('; ').length > 100 && localStorage.length === 2"),
    "cookie_frame": _truth("frame_by_header frame_by_script frame_partitioned"),
    "cookie_header": _truth("session_by_page persistent_by_page wide scoped"),
    "cookie_script": _truth("inline external deferred overwritten"),
    "cookie_store": _truth("by_cookie_store"),
    "crawl_trap": _truth(fact="document.links.length === 2"),
    "dialogs": _truth("after_dialogs"),
    "downloads": _truth("after_download"),
    "hostile_strings": _truth(
        "__proto__ constructor",
        fact=f"localStorage.length === {len(hostile_strings.PAYLOADS) + 1} && document.title.includes('<')",
    ),
    "no_content": _truth(hits=f"{T}/image-204 {T}/frame-204 {T}/fetch-204"),
    "ping_anchor": _truth(hits=f"{T}/clicked"),
    "pixel_css": _truth(hits=f"{T}/background.gif {T}/inline.gif"),
    "pixel_img": _truth(
        hits=f"{T}/img-tag.gif {T}/new-image.gif {T}/no-extension",
        fact="[...document.images].map(i => i.naturalWidth).join() === '1,2'",
    ),
    "polling": _truth("polled", f"{T}/poll"),
    "popups": _truth("opener", f"{T}/popup"),
    "redirect_sync": _truth("a_uid b_uid c_uid", "c.exchange.example/done"),
    "sandboxed_frames": _truth("from_srcdoc", "widget.tracker.example/threw.gif deep.tracker.example/inner"),
    "service_worker": _truth(hits=f"{T}/from-worker"),
    "spa": _truth("view_home view_products view_contact", f"{T}/view.gif"),
    "storage_cache": _truth(fact="caches.has('assets-v1')"),
    "storage_frame": _truth(fact="localStorage.length === 0", hits="widget.tracker.example/frame"),
    "storage_indexeddb": _truth(fact="indexedDB.databases().then(all => all[0]?.name === 'visitors')"),
    "storage_local": _truth(
        fact="Object.keys(localStorage).sort().join() === 'by_index,by_property,by_set_item'"
    ),
    "storage_session": _truth(fact="sessionStorage.length === 2"),
    "window_close": _truth(fact="document.links.length === 2"),
    "worker_fetch": _truth(hits=f"{T}/from-dedicated {T}/from-blob"),
    "worker_first_line": _truth(hits=" ".join(f"{T}/{name}" for name in worker_first_line.NAMES)),
}
# No page to look into, or a test of its own below.
ELSEWHERE = {
    "challenge",
    "error_pages",
    "late_tags",
    "login_wall",
    "not_html",
    "redirect_loop",
    "renderer_crash",
}


def _techniques() -> dict[str, ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(sites.__path__)]
    modules = {name: importlib.import_module(f"tests.sites.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "site")}


@dataclass
class Stage:
    """One browser for all sites: its ports lead to whichever site is on."""

    site: Site = field(default_factory=Site)
    browser: Browser | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.site(scope, receive, send)

    def open(self, site: Site) -> BrowserContext:
        self.site = site
        assert self.browser is not None
        return self.browser.new_context(ignore_https_errors=True, accept_downloads=False)


@pytest.fixture(scope="module")
def stage(
    playwright: Playwright, chromium_executable: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("stage")
    stage = Stage()
    tls = make_tls_files(directory / "tls", ["www.site.example"])
    with LoopbackServer(stage) as plain, LoopbackServer(stage, tls=tls) as secure:
        stage.browser = launch_on_loopback(
            playwright, chromium_executable, directory, http_port=plain.port, https_port=secure.port
        )
        yield stage
        stage.browser.close()


def _eventually(missing: Callable[[], object], page: Page) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (left := missing()) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert not left


def _missing(truth: Truth, context: BrowserContext, page: Page, site: Site) -> list[str]:
    jar = {cookie.get("name") for cookie in context.cookies()}
    asked = {f"{hit.host}{hit.path}" for hit in site.log.hits}
    return [
        *sorted(truth.cookies - jar),
        *sorted(truth.hits - asked),
        *(f"unwanted {name}" for name in sorted(truth.absent & jar)),
        *([] if page.evaluate(truth.fact) else [truth.fact]),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_site_does_what_it_says(name: str, stage: Stage) -> None:
    site: Site = importlib.import_module(f"tests.sites.{name}").site()
    with stage.open(site) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(site.start)
        _eventually(lambda: _missing(TRUTHS[name], context, page, site), page)


@pytest.mark.browser
def test_late_tags_come_when_they_say(stage: Stage) -> None:
    site = late_tags.site()

    def loaded() -> set[str]:
        return {hit.path[1:-3] for hit in site.log.of("cdn.tracker.example")}

    with stage.open(site) as context:
        page = context.new_page()
        page.goto(site.start)
        page.wait_for_timeout(300)
        assert loaded() == set()
        page.mouse.move(50, 50)
        page.mouse.wheel(0, 500)
        _eventually(lambda: {"on_scroll", "on_pointer", "after_2s", "after_5s"} - loaded(), page)
        assert "second_view" not in loaded()
        page.goto(site.start + "second")
        _eventually(lambda: {"second_view"} - loaded(), page)


@pytest.mark.browser
def test_renderer_crashes_and_the_next_page_does_not(stage: Stage) -> None:
    site = renderer_crash.site()
    with stage.open(site) as context:
        page = context.new_page()
        crashed: list[Page] = []
        page.on("crash", lambda _: crashed.append(page))
        page.goto(site.start + "crash", wait_until="commit")
        deadline = time.monotonic() + PATIENCE_S
        helper = context.new_page()
        while not crashed and time.monotonic() < deadline:
            helper.wait_for_timeout(50)
        assert crashed
        helper.goto(site.start + "after")
        assert "after_crash" in {cookie.get("name") for cookie in context.cookies()}


def test_every_technique_is_documented_and_looked_into() -> None:
    modules = _techniques()
    assert set(modules) == set(TRUTHS) | ELSEWHERE
    assert [name for name, module in modules.items() if "\nExpected" not in (module.__doc__ or "")] == []


@pytest.mark.parametrize(
    ("site", "status", "header"),
    [
        (challenge.site(), 403, ("cf-mitigated", "challenge")),
        (login_wall.site(), 302, ("location", "/login?next=%2F")),
        (error_pages.site(), 404, ("content-type", "text/html; charset=utf-8")),
        (error_pages.broken(), 500, ("content-type", "text/html; charset=utf-8")),
        (not_html.site(), 200, ("content-type", "application/pdf")),
        (not_html.json_site(), 200, ("content-type", "application/json")),
        (not_html.image_site(), 200, ("content-type", "image/gif")),
        (redirect_loop.site(), 302, ("location", "/loop")),
        (challenge.inner(), 200, ("content-type", "text/html; charset=utf-8")),
        (login_wall.inner(), 200, ("content-type", "text/html; charset=utf-8")),
        (error_pages.inner(), 200, ("content-type", "text/html; charset=utf-8")),
        (redirect_loop.start_page(), 200, ("content-type", "text/html; charset=utf-8")),
    ],
)
def test_start_pages_that_are_no_pages(
    site: Site, status: int, header: tuple[str, str], serve: Serve
) -> None:
    response = _get(serve(site), "www.site.example", "/")
    assert response.status_code == status
    assert response.headers[header[0]] == header[1]


def test_a_cut_answer_breaks_off(serve: Serve) -> None:
    server = serve(error_pages.inner())
    with pytest.raises(httpx2.RemoteProtocolError):
        _get(server, "www.site.example", "/cut")


def test_canaries_are_planted() -> None:
    assert len(set(canaries.CANARIES)) == len(canaries.CANARIES)


def test_exact_path_wins_over_prefix_and_longer_prefix_over_shorter(serve: Serve) -> None:
    server = serve(Site().add("/*", "short").add("/a/*", "long").add("/a/b", "exact"))
    answers = [_get(server, "www.site.example", path).text for path in ("/x", "/a/x", "/a/b")]
    assert answers == ["short", "long", "exact"]


def test_hosts_are_told_apart_and_logged(serve: Serve) -> None:
    site = Site().add("/", "start").add("http://other.example/p", "other", status=201)
    server = serve(site)
    assert _get(server, "other.example", "/p?q=1").status_code == 201
    assert _get(server, "unknown.example", "/").status_code == 404
    assert [(hit.method, hit.query) for hit in site.log.of("other.example", "/p")] == [("GET", "q=1")]
    assert len(site.log.of("unknown.example")) == 1
    site.log.clear()
    assert site.log.hits == []


def test_answers_may_be_late_and_carry_many_cookies(serve: Serve) -> None:
    site = Site().add("/", "x", cookies=("a=1", "b=2"), delay_s=0.2)
    begun = time.monotonic()
    response = _get(serve(site), "www.site.example", "/")
    assert time.monotonic() - begun >= 0.2
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_responder_sees_the_body(serve: Serve) -> None:
    site = Site().call("/echo", lambda hit: Answer(hit.body + hit.headers["x-mine"].encode()))
    url = f"http://{serve(site).address}/echo"
    headers = {"Host": "www.site.example", "X-Mine": "h"}
    assert httpx2.post(url, content=b"body-", headers=headers, trust_env=False).content == b"body-h"


def test_secure_sites_know_it_and_their_hosts() -> None:
    site = Site("https://www.site.example/").add("https://a.example/x")
    assert (site.secure, site.hosts) == (True, ("a.example", "www.site.example"))


def _get(server: LoopbackServer, host: str, path: str) -> httpx2.Response:
    return httpx2.get(f"http://{server.address}{path}", headers={"Host": host}, trust_env=False)
