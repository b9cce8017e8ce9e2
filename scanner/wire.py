"""One DevTools session of a page and of every worker and out-of-process frame below it.

Playwright's own events name no initiator stack and its init scripts do not reach workers. Children are
attached with `flatten: false`, since flat sessions hang every worker under Playwright's CDP session.
https://chromedevtools.github.io/devtools-protocol/tot/Target/
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec

from consentinel.scanner.browser import CDPSession, Page, PlaywrightError

Params = dict[str, Any]
Handler = Callable[[Params], None]

# What reaches Python from the page: the hooks take this function away before any page script can see it.
BINDING = "__consentinel_report"

_AUTO_ATTACH: Params = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}


class Wire:
    """Events of a page and its children under one roof; commands go to the page only."""

    def __init__(self, session: CDPSession, hook_source: str) -> None:
        self._session = session
        self._hook_source = hook_source
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._ids = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.has_workers = False

    @classmethod
    async def open(cls, page: Page, hook_source: str) -> "Wire":
        """Attach to `page`, inject `hook_source` into every document, and listen.

        Raises PlaywrightError where the page is already gone.
        """
        wire = cls(await page.context.new_cdp_session(page), hook_source)
        wire._listen()
        for method, params in wire._page_set_up():
            await wire.send(method, params)
        return wire

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
        """Send a command without waiting; a page that is gone by then is no error."""
        self._keep(self._quietly(method, params, then))

    async def drain(self) -> None:
        """Wait until every spawned command has been answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _page_set_up(self) -> list[tuple[str, Params]]:
        return [
            ("Network.enable", {"maxTotalBufferSize": 20_000_000, "maxResourceBufferSize": 2_000_000}),
            ("Runtime.enable", {}),
            ("Page.enable", {}),
            ("DOMStorage.enable", {}),
            ("Runtime.addBinding", {"name": BINDING}),
            ("Page.addScriptToEvaluateOnNewDocument", {"source": self._hook_source}),
            ("Target.setAutoAttach", _AUTO_ATTACH),
        ]

    def _child_set_up(self, kind: str) -> list[tuple[str, Params]]:
        self.has_workers = self.has_workers or kind != "iframe"
        resume: tuple[str, Params] = ("Runtime.runIfWaitingForDebugger", {})
        if kind == "iframe":
            return [*self._page_set_up(), resume]
        return [("Network.enable", {}), ("Target.setAutoAttach", _AUTO_ATTACH), resume]

    def _listen(self) -> None:
        self._session.on("Target.attachedToTarget", self._attached)
        self._session.on("Target.receivedMessageFromTarget", self._child_message)

    def _attached(self, params: Params) -> None:
        for method, arguments in self._child_set_up(params["targetInfo"]["type"]):
            message = {"id": next(self._ids), "method": method, "params": arguments}
            self._to_child([params["sessionId"]], message)

    def _to_child(self, path: list[str], message: Params) -> None:
        """Wrap a message once per level: a worker of a worker is reached through its parent."""
        for session_id in reversed(path[1:]):
            inner = msgspec.json.encode(message).decode()
            params = {"sessionId": session_id, "message": inner}
            message = {"id": next(self._ids), "method": "Target.sendMessageToTarget", "params": params}
        params = {"sessionId": path[0], "message": msgspec.json.encode(message).decode()}
        self.spawn("Target.sendMessageToTarget", params)

    def _child_message(self, params: Params) -> None:
        self._from_child([params["sessionId"]], msgspec.json.decode(params["message"]))

    def _from_child(self, path: list[str], message: Params) -> None:
        event, params = message.get("method"), message.get("params", {})
        if event == "Target.receivedMessageFromTarget":
            self._from_child([*path, params["sessionId"]], msgspec.json.decode(params["message"]))
        elif event == "Target.attachedToTarget":
            for method, arguments in self._child_set_up(params["targetInfo"]["type"]):
                inner = {"id": next(self._ids), "method": method, "params": arguments}
                self._to_child([*path, params["sessionId"]], inner)
        elif event:
            self._dispatch(event, params)

    def _dispatch(self, event: str, params: Params) -> None:
        for handler in self._handlers.get(event, ()):
            handler(params)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, method: str, params: Params, then: Handler | None) -> None:
        try:
            result = await self.send(method, params)
        except PlaywrightError:
            return
        if then is not None:
            then(result)
