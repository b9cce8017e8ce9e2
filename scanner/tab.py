"""One tab in a browser context of its own: page, network log and hook reports."""

import asyncio
import time
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from typing import Any

from consentinel.scanner.browser import (
    Browser,
    BrowserContext,
    Dialog,
    Frame,
    Page,
    PlaywrightError,
    PlaywrightTimeoutError,
    Request,
)
from consentinel.scanner.hooks import HookReport, decode_report
from consentinel.scanner.network import NetworkLog
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.tab_options import TabOptions
from consentinel.scanner.urls import host_of
from consentinel.scanner.wire import BINDING, Params, Wire

VIEWPORT = (1280, 800)
QUIET_S = 0.5
POLL_S = 0.02
# When a timer has fired, what it starts shows within this time.
_AFTER_TIMER_MS = 60
# Answers in how many milliseconds the last short timer is due (hooks/timers.js); negative: it has fired.
_IDLE = """() => new Promise((done) => requestIdleCallback(() => {
  const answer = {};
  dispatchEvent(new CustomEvent("BINDING", {detail: answer}));
  done(Math.max(answer.due ?? -1e9, -1e9));
}, {timeout: 900}))""".replace("BINDING", BINDING)
_EVALUATE_TIMEOUT_S = 3.0
_CLOSE_TIMEOUT_S = 2.0
_LEAVE = resources.files("consentinel.scanner.hooks").joinpath("leave.js").read_text("utf-8")
_LOCAL_STORAGE = resources.files("consentinel.scanner.hooks").joinpath("local_storage.js").read_text("utf-8")
_PARSE_TIMEOUT_S = 4.0
_SCREENSHOT_TIMEOUT_S = 5.0
_MAX_ROUTES = 100
_MAX_POPUPS = 3
_MAX_HOOK_REPORTS = 20_000


@dataclass(frozen=True)
class StoredItem:
    """One write to web storage as the browser reports it, whichever way the page wrote."""

    storage_key: str
    area: str
    key: str
    value: str


@dataclass(frozen=True)
class StoredState:
    """What one tab hands to the next: cookies and the localStorage of the origins on its first page."""

    cookies: list[Any]
    origins: list[Any]


@dataclass(frozen=True)
class Hooks:
    """The script for every document: as it is, and holding back long timers."""

    plain: str
    holding: str


class Tab:
    """A page in a context of its own, watched from before its first byte."""

    def __init__(self, context: BrowserContext, options: TabOptions, own: OwnHosts, hooks: Hooks) -> None:
        self.context = context
        self.network = NetworkLog()
        self.hook_reports: list[HookReport] = []
        self.routes: list[str] = []
        self.crashed = False
        self.popups: list[str] = []
        self.stored_items: list[StoredItem] = []
        self._options = options
        self._own = own
        self._hooks = hooks
        self._loaded = False
        self._background: set[asyncio.Task[None]] = set()
        self._asked: list[Request] = []
        self._before: set[str] = set()
        self._origins: dict[str, Any] = {}
        self._main_frame_id = ""
        self._answered: set[str] = set()

    @classmethod
    async def open(
        cls,
        browser: Browser,
        options: TabOptions,
        own: OwnHosts,
        hooks: Hooks,
        stored: StoredState | None = None,
    ) -> "Tab":
        """Open a new context with one page in it; `stored` is what a visitor brings along.

        Raises PlaywrightError where the browser is gone.
        """
        context = await browser.new_context(**_context_arguments(options, stored))
        tab = cls(context, options, own, hooks)
        await tab.new_page()
        context.on("page", lambda page: tab._in_background(tab._popup(page)))
        context.on("request", tab._of_service_worker)
        return tab

    async def new_page(self) -> None:
        """Give the tab a fresh page, as at its start or after a crash of the renderer."""
        self.crashed = False
        self.page = await self.context.new_page()
        self.page.on("dialog", lambda dialog: self._in_background(_quietly(_answer_dialog(dialog))))
        self.page.on("request", lambda request: self._asked.append(request))  # noqa: PLW0108 it marks handlers
        self.page.on("crash", lambda _page: self._mark_crashed())
        self.wire = await self._wire_up(self.page)
        await self.wire.watch_shared_workers(self.page)
        self._main_frame_id = (await self.wire.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        self.wire.on("Page.loadEventFired", lambda _params: self._mark_loaded())
        self.wire.on("Page.navigatedWithinDocument", self._route)
        for event in ("DOMStorage.domStorageItemAdded", "DOMStorage.domStorageItemUpdated"):
            self.wire.on(event, self._stored_item)

    def begin(self) -> None:
        """Forget the visit before; what comes now belongs to the next."""
        self.cut()
        self._before.clear()
        self.routes.clear()
        self.popups.clear()
        self._loaded = False

    async def hold_timers(self, hold: bool) -> None:
        """Say whether long timers of the next page are held back, as on all pages that are not watched."""
        await self.wire.use_hooks(self._hooks.holding if hold else self._hooks.plain)

    def cut(self) -> None:
        """Forget what happened so far on this page: what comes now belongs to the choice just made."""
        self._before.update(exchange.url for exchange in self.network.exchanges)
        self._asked.clear()
        self.network.begin()
        self.hook_reports.clear()
        self.stored_items.clear()

    async def wait_for_document(self, at_most_s: float) -> None:
        """Wait until the HTML is parsed, or for a while: some pages never finish that."""
        try:
            timeout_ms = 1000 * min(at_most_s, _PARSE_TIMEOUT_S)
            await self.page.wait_for_load_state("domcontentloaded", timeout=timeout_ms)
        except PlaywrightTimeoutError:
            return

    async def renew(self) -> None:
        """Replace the page by a fresh one in the same context."""
        old = self.page
        await self.new_page()
        await _quietly(old.close())

    async def settle(self, cap_s: float, hurry: asyncio.Event) -> None:
        """Return when the page is loaded, its network quiet and its main thread idle.

        Or after `cap_s`, when it crashed, or once `hurry` is set.
        """
        deadline = time.monotonic() + cap_s
        while time.monotonic() < deadline and not self.crashed and not hurry.is_set():
            if self._loaded and self.network.is_quiet(QUIET_S) and await self._is_idle(deadline):
                return
            await asyncio.sleep(POLL_S)

    async def leave(self) -> None:
        """Go to an empty page, so that what a page sends when it is left is seen, too."""
        await self._close_popups()
        listed = await self.wire.asked_by_workers(self.network.begun_at) if self.wire.has_workers else []
        if not self.crashed:
            await asyncio.gather(*(self._say_goodbye(frame) for frame in self.page.frames))
            await _quietly(self.page.goto("about:blank", timeout=3000))
        with suppress(TimeoutError):  # a hung renderer answers nothing any more
            await asyncio.wait_for(self.wire.drain(), _CLOSE_TIMEOUT_S)
        if self.wire.has_workers:
            await self._add_missed()
            self.network.add_listed(listed, self._before)
        self.wire.spawn("HeapProfiler.collectGarbage", {})  # or the renderer keeps 3 MB of each page for good

    async def _add_missed(self) -> None:
        """Add what workers asked for before their network was watched.

        Playwright has a session of its own with each worker, and the first to be ready lets it run: on a busy
        machine that is not ours. Playwright's list is complete but knows neither stacks nor blocked cookies.
        """
        for request in tuple(self._asked):
            url = request.url.partition("#")[0]
            if url.startswith("http") and url not in self._before and not self.network.knows(url):
                status, cookies = await _answer(request)
                self.network.add_of_worker(url, request.method, request.resource_type, status, cookies)

    async def _say_goodbye(self, frame: Frame) -> None:
        with suppress(PlaywrightError, TimeoutError):
            await self.evaluate(frame, _LEAVE)

    async def evaluate(self, frame: Frame, script: str) -> Any:
        """Run `script` in a frame; raises PlaywrightError or TimeoutError where it does not answer."""
        return await asyncio.wait_for(frame.evaluate(script), _EVALUATE_TIMEOUT_S)

    async def source(self) -> str | None:
        """Return the HTML of the page as the server sent it, None where the browser has dropped it."""
        frame = (await self.wire.send("Page.getFrameTree"))["frameTree"]["frame"]
        try:
            found = await self.wire.send(
                "Page.getResourceContent", {"frameId": frame["id"], "url": frame["url"]}
            )
        except PlaywrightError:
            return None
        return None if found["base64Encoded"] else str(found["content"])

    async def remember_storage(self) -> None:
        """Note the localStorage of every frame, for the tabs that are to go on from here."""
        for frame in self.page.frames:
            with suppress(PlaywrightError, TimeoutError):
                origin, pairs = await self.evaluate(frame, _LOCAL_STORAGE)
                if pairs and origin.startswith("http"):
                    items = [{"name": name, "value": value} for name, value in pairs]
                    self._origins[origin] = {"origin": origin, "localStorage": items}

    async def stored_state(self) -> StoredState:
        """Return the cookies of now and the localStorage that was noted."""
        return StoredState(cookies=list(await self.context.cookies()), origins=list(self._origins.values()))

    async def screenshot(self) -> bytes:
        """Return the visible part as JPEG, without waiting for fonts as Playwright does.

        Raises PlaywrightError or TimeoutError where the page does not draw.
        """
        options = {"format": "jpeg", "quality": 70}
        answer = await asyncio.wait_for(
            self.wire.send("Page.captureScreenshot", options), _SCREENSHOT_TIMEOUT_S
        )
        return b64decode(answer["data"])

    async def close(self) -> None:
        """Close the context and everything in it."""
        for task in self._background:
            task.cancel()
        await _quietly(self.context.close())

    async def _is_idle(self, deadline: float) -> bool:
        """Wait for an idle main thread and the short timers of the page; say whether nothing is to come."""
        budget_s = max(0.05, min(1.0, deadline - time.monotonic()))
        try:
            due_ms = await asyncio.wait_for(self.page.evaluate(_IDLE), budget_s)
        except (PlaywrightError, TimeoutError):
            return False
        if due_ms > -_AFTER_TIMER_MS:
            await asyncio.sleep(min((due_ms + _AFTER_TIMER_MS) / 1000, max(0.0, deadline - time.monotonic())))
            return False
        return self.network.is_quiet(QUIET_S)

    async def _wire_up(self, page: Page) -> Wire:
        wire = await Wire.open(page, self._hooks.plain)
        self.network.listen(wire)
        wire.on("Runtime.bindingCalled", self._hook_report)
        if self._options.headers or self._options.http_auth:
            wire.on("Fetch.requestPaused", lambda params: self._add_headers(wire, params))
            wire.on("Fetch.authRequired", lambda params: self._authenticate(wire, params))
            await wire.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}], "handleAuthRequests": True})
        return wire

    def _hook_report(self, params: Params) -> None:
        decoded = decode_report(params["payload"]) if params["name"] == BINDING else None
        if decoded is not None and len(self.hook_reports) < _MAX_HOOK_REPORTS:
            self.hook_reports.append(decoded)

    def _add_headers(self, wire: Wire, params: Params) -> None:
        """Add the operator's headers for trusted hosts; redirects pause again and are judged anew."""
        arguments: Params = {"requestId": params["requestId"]}
        if self._options.headers and self._options.may_know(params["request"]["url"]):
            headers = {**params["request"]["headers"], **self._options.headers}
            arguments["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
        wire.spawn("Fetch.continueRequest", arguments)

    def _authenticate(self, wire: Wire, params: Params) -> None:
        """Answer a trusted host that asks who is there, once; no other host gets an answer."""
        answer: Params = {"response": "CancelAuth"}
        asked = params["requestId"]
        known = self._options.http_auth
        if known and self._options.may_know(params["request"]["url"]) and asked not in self._answered:
            self._answered.add(asked)
            answer = {"response": "ProvideCredentials", "username": known[0], "password": known[1]}
        wire.spawn("Fetch.continueWithAuth", {"requestId": asked, "authChallengeResponse": answer})

    def _of_service_worker(self, request: Request) -> None:
        if request.service_worker is not None:  # the others come by the page's own event
            self._asked.append(request)

    def _route(self, params: Params) -> None:
        is_page = params["frameId"] == self._main_frame_id and host_of(params["url"]) in self._own
        if is_page and len(self.routes) < _MAX_ROUTES:
            self.routes.append(params["url"])

    def _stored_item(self, params: Params) -> None:
        place = params["storageId"]
        self.stored_items.append(
            StoredItem(
                storage_key=place.get("storageKey") or place.get("securityOrigin", ""),
                area="localStorage" if place["isLocalStorage"] else "sessionStorage",
                key=params["key"],
                value=params["newValue"],
            )
        )

    def _mark_loaded(self) -> None:
        self._loaded = True

    def _mark_crashed(self) -> None:
        self.crashed = True

    async def _popup(self, page: Page) -> None:
        if page is self.page:
            return
        if len(self.popups) >= _MAX_POPUPS:
            await _quietly(page.close())
            return
        self.popups.append(page.url)
        await _quietly(self._wire_up(page))

    async def _close_popups(self) -> None:
        for page in self.context.pages:
            if page is not self.page:
                with suppress(TimeoutError):
                    await asyncio.wait_for(_quietly(page.close()), _CLOSE_TIMEOUT_S)

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _answer(request: Request) -> tuple[int | None, list[str]]:
    """Return status and Set-Cookie lines; neither where no answer came in time."""
    with suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_CLOSE_TIMEOUT_S):
            response = await request.response()
            if response is not None:
                return response.status, await response.header_values("set-cookie")
    return None, []


async def _answer_dialog(dialog: Dialog) -> None:
    """Say no to whatever a page asks, but let it be left: dismissing beforeunload would mean to stay."""
    if dialog.type == "beforeunload":
        await dialog.accept()
    else:
        await dialog.dismiss()


async def _quietly(work: Any) -> None:
    """Wait for a step whose failure means only that the page is already gone."""
    try:
        await work
    except PlaywrightError:
        return


def _context_arguments(options: TabOptions, stored: StoredState | None) -> dict[str, Any]:
    width, height = VIEWPORT
    arguments: dict[str, Any] = {
        "user_agent": options.user_agent,
        "locale": options.locale,
        "ignore_https_errors": options.insecure,
        "accept_downloads": False,
        "viewport": {"width": width, "height": height},
    }
    if options.gpc:  # https://w3c.github.io/gpc/#the-sec-gpc-header-field-for-http-requests
        arguments["extra_http_headers"] = {"Sec-GPC": "1"}
    if stored is not None:
        arguments["storage_state"] = {"cookies": stored.cookies, "origins": stored.origins}
    return arguments
