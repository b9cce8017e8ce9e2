import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from consentinel.scanner.browser import Page, PlaywrightError
from consentinel.scanner.children import MAX_CHILDREN
from consentinel.scanner.wire import BINDING, MAX_WAITING, Params, Wire


class FakeSession:
    """A DevTools session that remembers commands; methods in `fails` raise."""

    def __init__(self, *fails: str) -> None:
        self.sent: list[tuple[str, Params]] = []
        self._handlers: dict[str, list[Callable[[Params], None]]] = {}
        self._fails = fails
        self.silent = False
        self.value: Any = None

    def on(self, event: str, handler: Callable[[Params], None]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    async def send(self, method: str, params: Params) -> Params:
        self.sent.append((method, params))
        if method in self._fails:
            raise PlaywrightError("the page is gone")
        if method == "Target.sendMessageToTarget" and not self.silent:
            self._answer(params)
        if method == "Target.getTargetInfo":
            return {"targetInfo": {"browserContextId": "mine"}}
        return {"answer": method}

    def emit(self, event: str, params: Params) -> None:
        for handler in self._handlers.get(event, ()):
            handler(params)

    def _answer(self, params: Params) -> None:
        path, command = unwrap(params)
        answer: Params = {"id": command["id"], "result": {"result": {"value": self.value}}}
        for session_id in reversed(path[1:]):
            inner = {"sessionId": session_id, "message": msgspec.json.encode(answer).decode()}
            answer = {"method": "Target.receivedMessageFromTarget", "params": inner}
        self.from_child(path[0], answer)

    def from_child(self, session_id: str, message: Params) -> None:
        text = msgspec.json.encode(message).decode()
        self.emit("Target.receivedMessageFromTarget", {"sessionId": session_id, "message": text})

    def to_children(self) -> list[tuple[list[str], Params]]:
        """Return what was sent to children: the path of session ids, and the innermost command."""
        wrapped = [params for method, params in self.sent if method == "Target.sendMessageToTarget"]
        return [unwrap(params) for params in wrapped]


def unwrap(params: Params) -> tuple[list[str], Params]:
    message = msgspec.json.decode(params["message"])
    if message["method"] == "Target.sendMessageToTarget":
        path, inner = unwrap(message["params"])
        return [params["sessionId"], *path], inner
    return [params["sessionId"]], message


class FakePage:
    """A page, its context and its browser in one."""

    def __init__(self, session: FakeSession, of_browser: FakeSession | None = None) -> None:
        self.context = self.browser = self
        self._session = session
        self._of_browser = of_browser
        self.close: Callable[[object], None] | None = None

    def on(self, event: str, handler: Callable[[object], None]) -> None:
        assert event == "close"
        self.close = handler

    async def new_browser_cdp_session(self) -> FakeSession | None:
        return self._of_browser

    async def new_cdp_session(self, page: object) -> FakeSession:
        return self._session


async def opened(session: FakeSession) -> Wire:
    return await Wire.open(cast("Page", FakePage(session)), "// hooks")


def attached(kind: str, session_id: str = "child") -> Params:
    return {"sessionId": session_id, "targetInfo": {"type": kind, "url": "https://a.example/w.js"}}


def test_a_page_is_set_up_before_anything_is_awaited_of_it() -> None:
    session = FakeSession()
    asyncio.run(opened(session))
    methods = [method for method, _ in session.sent]
    assert methods.index("Network.enable") < methods.index("Target.setAutoAttach")
    parameters = dict(session.sent)
    assert parameters["Page.addScriptToEvaluateOnNewDocument"] == {"source": "// hooks"}
    assert parameters["Runtime.addBinding"] == {"name": BINDING}
    assert parameters["Target.setAutoAttach"]["flatten"] is False


@pytest.mark.parametrize("kind", ["worker", "service_worker", "shared_worker", "iframe"])
def test_a_child_is_watched_before_it_may_run(kind: str) -> None:
    async def run() -> tuple[Wire, FakeSession]:
        session = FakeSession()
        wire = await opened(session)
        session.emit("Target.attachedToTarget", attached(kind))
        await wire.drain()
        return wire, session

    wire, session = asyncio.run(run())
    commands = [command["method"] for _, command in session.to_children()]
    assert commands[0] == "Network.enable"
    assert commands[-1] == "Runtime.runIfWaitingForDebugger"
    assert ("Runtime.addBinding" in commands) is (kind == "iframe")
    assert wire.has_workers is (kind != "iframe")
    ids = [command["id"] for _, command in session.to_children()]
    assert len(set(ids)) == len(ids)


def test_events_of_the_page_its_children_and_their_children_arrive_at_one_place() -> None:
    async def run() -> list[str]:
        session = FakeSession()
        wire = await opened(session)
        seen: list[str] = []
        wire.on("Network.requestWillBeSent", lambda params: seen.append(f"first {params['from']}"))
        wire.on("Network.requestWillBeSent", lambda params: seen.append(f"second {params['from']}"))
        event = {"method": "Network.requestWillBeSent"}
        session.emit("Network.requestWillBeSent", {"from": "page"})
        session.from_child("child", {**event, "params": {"from": "worker"}})
        inner = msgspec.json.encode({**event, "params": {"from": "inner"}}).decode()
        nested = {"sessionId": "grandchild", "message": inner}
        session.from_child("child", {"method": "Target.receivedMessageFromTarget", "params": nested})
        session.from_child("child", {"id": 7, "result": {}})
        session.from_child("child", {"method": "Unheard.of", "params": {}})
        return seen

    seen = asyncio.run(run())
    assert seen == [f"{place} {who}" for who in ("page", "worker", "inner") for place in ("first", "second")]


def test_a_worker_of_a_worker_is_reached_through_its_parent() -> None:
    async def run() -> FakeSession:
        session = FakeSession()
        wire = await opened(session)
        session.from_child(
            "child", {"method": "Target.attachedToTarget", "params": attached("worker", "grandchild")}
        )
        await wire.drain()
        return session

    commands = asyncio.run(run()).to_children()
    assert {tuple(path) for path, _ in commands} == {("child", "grandchild")}
    assert commands[-1][1]["method"] == "Runtime.runIfWaitingForDebugger"


def test_a_spawned_command_may_fail_and_one_that_is_awaited_may_not() -> None:
    async def run() -> list[Any]:
        wire = await opened(FakeSession("Network.getResponseBody"))
        answers: list[Any] = []
        wire.spawn("Network.getResponseBody", {"requestId": "1"}, answers.append)
        wire.spawn("Network.getCookies", {}, answers.append)
        await wire.drain()
        with pytest.raises(PlaywrightError):
            await wire.send("Network.getResponseBody")
        return answers

    assert asyncio.run(run()) == [{"answer": "Network.getCookies"}]


def test_a_child_may_not_run_before_every_command_was_answered() -> None:
    async def run() -> list[list[str]]:
        session = FakeSession()
        session.silent = True
        wire = await opened(session)
        session.emit("Target.attachedToTarget", attached("worker"))
        await wire.drain()
        steps = [[command["method"] for _, command in session.to_children()]]
        for answered in (2, 99, 1):
            session.from_child("child", {"id": answered, "error": {"message": "no such command"}})
            await wire.drain()
            steps.append([command["method"] for _, command in session.to_children()])
        return steps

    first, second, third, last = asyncio.run(run())
    assert first == second == third == ["Network.enable", "Target.setAutoAttach"]
    assert last == [*first, "Runtime.runIfWaitingForDebugger"]


def test_of_too_many_children_the_last_just_run() -> None:
    async def run() -> list[str]:
        session = FakeSession()
        wire = await opened(session)
        for number in range(MAX_CHILDREN + 1):
            session.emit("Target.attachedToTarget", attached("worker", f"child-{number}"))
        await wire.drain()
        session.emit("Target.detachedFromTarget", {"sessionId": "child-0"})
        session.emit("Target.attachedToTarget", attached("worker", "late"))
        await wire.drain()
        return [f"{path[0]} {command['method']}" for path, command in session.to_children()]

    commands = asyncio.run(run())
    assert f"child-{MAX_CHILDREN - 1} Network.enable" in commands
    assert [line for line in commands if line.startswith(f"child-{MAX_CHILDREN} ")] == [
        f"child-{MAX_CHILDREN} Runtime.runIfWaitingForDebugger"
    ]
    assert "late Network.enable" in commands


def test_questions_are_left_out_while_too_many_commands_wait() -> None:
    async def run() -> int:
        session = FakeSession()
        wire = await opened(session)
        before = len(session.sent)
        for _ in range(MAX_WAITING + 50):
            wire.spawn("Network.getResponseBody", {}, lambda _result: None)
        wire.spawn("Fetch.continueRequest", {})
        await wire.drain()
        return len(session.sent) - before

    assert asyncio.run(run()) == MAX_WAITING + 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([["https://a.example/", "fetch"]], [("https://a.example/", "fetch")] * 2),
        ([["https://a.example/"]], []),
        ("no list", []),
        (None, []),
    ],
)
def test_workers_are_asked_for_their_own_list(value: object, expected: list[tuple[str, str]]) -> None:
    async def run() -> list[tuple[str, str]]:
        session = FakeSession()
        session.value = value
        wire = await opened(session)
        assert await wire.asked_by_workers(1.5) == []
        session.emit("Target.attachedToTarget", attached("worker"))
        inner = attached("worker", "grandchild")
        session.from_child("child", {"method": "Target.attachedToTarget", "params": inner})
        return await wire.asked_by_workers(1.5)

    assert asyncio.run(run()) == expected


def test_the_shared_workers_of_the_context_are_joined_before_they_start() -> None:
    async def run() -> tuple[FakeSession, list[str]]:
        session, of_browser = FakeSession(), FakeSession()
        page = cast("Page", FakePage(session, of_browser))
        wire = await opened(session)
        seen: list[str] = []
        wire.on("Network.requestWillBeSent", lambda params: seen.append(params["from"]))
        await wire.watch_shared_workers(page)
        for context in ("mine", "other"):
            target = {"type": "shared_worker", "browserContextId": context, "targetId": f"of {context}"}
            of_browser.emit("Target.targetCreated", {"targetInfo": target})
        of_browser.emit("Target.attachedToTarget", attached("shared_worker"))
        of_browser.from_child("child", {"method": "Network.requestWillBeSent", "params": {"from": "shared"}})
        await wire.drain()
        return of_browser, seen

    session, seen = asyncio.run(run())
    joined = [params["targetId"] for method, params in session.sent if method == "Target.attachToTarget"]
    assert (joined, seen) == (["of mine"], ["shared"])
    assert next(command["method"] for _, command in session.to_children()) == "Network.enable"
