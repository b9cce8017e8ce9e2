"""One DevTools session of a page and of every worker and out-of-process frame below it.

Playwright's own events name no initiator stack and its init scripts do not reach workers. Children are
attached with `flatten: false`, since flat sessions hang every worker under Playwright's CDP session.
https://chromedevtools.github.io/devtools-protocol/tot/Target/
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from consentinel.scanner.browser import CDPSession, Page, PlaywrightError
from consentinel.scanner.children import Children, Command, Params

__all__ = ["BINDING", "Params", "Wire"]

Handler = Callable[[Params], None]

# What reaches Python from the page: the hooks take this function away before any page script can see it.
BINDING = "__consentinel_report"

# A page may ask for more than a browser can answer: of what only informs, no more than this waits.
MAX_WAITING = 500
_AUTO_ATTACH: Params = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}
_ASK_TIMEOUT_S = 1.0
_RESOURCES = """typeof WorkerGlobalScope === "undefined" ? [] : performance.getEntriesByType("resource")
  .slice(0, 1000)
  .filter((entry) => performance.timeOrigin + entry.startTime >= SINCE)
  .map((entry) => [entry.name, entry.initiatorType])"""
_SHARED_WORKER: Params = {"type": "shared_worker"}


class Wire:
    """Events of a page and its children under one roof; commands go to the page only."""

    def __init__(self, session: CDPSession, hook_source: str) -> None:
        self._session = session
        self._hook_source = hook_source
        self._hook_id = ""
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()
        self._trees: list[Children] = []
        self.has_workers = False

    @classmethod
    async def open(cls, page: Page, hook_source: str) -> "Wire":
        """Attach to `page`, inject `hook_source` into every document, and listen.

        Raises PlaywrightError where the page is already gone.
        """
        wire = cls(await page.context.new_cdp_session(page), hook_source)
        wire._listen(wire._session)
        for method, params in wire._page_set_up():
            answer = await wire.send(method, params)
            wire._hook_id = answer.get("identifier", wire._hook_id)
        return wire

    async def use_hooks(self, hook_source: str) -> None:
        """Inject another script into the documents that come from now on; nothing to do for the same one."""
        if hook_source == self._hook_source:
            return
        await self.send("Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._hook_id})
        answer = await self.send("Page.addScriptToEvaluateOnNewDocument", {"source": hook_source})
        self._hook_source, self._hook_id = hook_source, answer["identifier"]

    def on(self, event: str, handler: Handler) -> None:
        """Call `handler` with the parameters of each `event` of the page or a child."""
        if event not in self._handlers:
            self._session.on(event, lambda params: self._dispatch(event, params))
        self._handlers[event].append(handler)

    async def send(self, method: str, params: Params | None = None) -> Params:
        """Send a command to the page and return its result; raises PlaywrightError where it fails."""
        result: Params = await self._session.send(method, params or {})
        return result

    def spawn(self, method: str, params: Params, then: Handler | None = None) -> None:
        """Send a command without waiting; a page that is gone by then is no error.

        A question (one with `then`) is left out while MAX_WAITING commands wait for their answers.
        """
        if then is None or len(self._tasks) < MAX_WAITING:
            self._keep(self._quietly(self._session, method, params, then))

    async def watch_shared_workers(self, page: Page) -> None:
        """Listen to the shared workers of the page's context, too, until the page is closed.

        They are no children of a page, and Playwright lets them run at once. A browser session hears of them
        before their script is even asked for, which is early enough. Raises PlaywrightError.
        """
        context_id = (await self.send("Target.getTargetInfo"))["targetInfo"]["browserContextId"]
        browser = page.context.browser
        if browser is None:  # only where a context is a whole browser, which no scan makes
            return
        session = await browser.new_browser_cdp_session()
        page.on("close", lambda _page: self._keep(_detach(session)))
        self._listen(session)
        session.on(
            "Target.targetCreated", lambda params: self._join(session, context_id, params["targetInfo"])
        )
        await session.send("Target.setDiscoverTargets", {"discover": True, "filter": [_SHARED_WORKER]})

    async def asked_by_workers(self, since: float) -> list[tuple[str, str]]:
        """Return what the living workers say was answered to them since then (seconds of the epoch).

        Each is an address and what asked for it. Their own list is complete up to 250 requests:
        https://www.w3.org/TR/resource-timing/#sec-extensions-performance-interface
        """
        expression = _RESOURCES.replace("SINCE", str(since * 1000))
        command = ("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        answers = await asyncio.gather(*(tree.ask(command, _ASK_TIMEOUT_S) for tree in self._trees))
        found = [answer.get("result", {}).get("value") for tree in answers for answer in tree]
        return [pair for value in found for pair in _pairs(value)]

    async def drain(self) -> None:
        """Wait until every spawned command has been answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _page_set_up(self) -> list[Command]:
        return [
            ("Network.enable", {"maxTotalBufferSize": 20_000_000, "maxResourceBufferSize": 2_000_000}),
            ("Runtime.enable", {}),
            ("Page.enable", {}),
            ("DOMStorage.enable", {}),
            ("Runtime.addBinding", {"name": BINDING}),
            ("Page.addScriptToEvaluateOnNewDocument", {"source": self._hook_source}),
            ("Target.setAutoAttach", _AUTO_ATTACH),
        ]

    def _child_set_up(self, kind: str) -> list[Command]:
        self.has_workers = self.has_workers or kind != "iframe"
        if kind == "iframe":
            return self._page_set_up()
        return [("Network.enable", {}), ("Target.setAutoAttach", _AUTO_ATTACH)]

    def _listen(self, session: CDPSession) -> None:
        children = Children(partial(self._spawn_at, session), self._child_set_up, self._dispatch)
        self._trees.append(children)
        session.on("Target.attachedToTarget", children.attached)
        session.on("Target.detachedFromTarget", children.detached)
        session.on("Target.receivedMessageFromTarget", children.message)

    def _join(self, session: CDPSession, context_id: str, target: Params) -> None:
        if target["type"] == "shared_worker" and target.get("browserContextId") == context_id:
            self._spawn_at(
                session, "Target.attachToTarget", {"targetId": target["targetId"], "flatten": False}
            )

    def _spawn_at(self, session: CDPSession, method: str, params: Params) -> None:
        self._keep(self._quietly(session, method, params, None))

    def _dispatch(self, event: str, params: Params) -> None:
        for handler in self._handlers.get(event, ()):
            handler(params)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, session: CDPSession, method: str, params: Params, then: Handler | None) -> None:
        try:
            result: Params = await session.send(method, params)
        except PlaywrightError:
            return
        if then is not None:
            then(result)


def _pairs(value: object) -> list[tuple[str, str]]:
    """A page may have replaced what it was asked for: what is no list of pairs of text is nothing."""
    try:
        return msgspec.convert(value, list[tuple[str, str]])
    except msgspec.ValidationError:
        return []


async def _detach(session: CDPSession) -> None:
    with suppress(PlaywrightError):
        await session.detach()
