"""T20: how many requests are worked on at once, and who waits apart."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from consentinel.server.metrics import Metrics
from consentinel.server.middleware import crowds
from consentinel.server.middleware.crowds import Crowds
from tests.server.choices import choice
from tests.server.middleware.hanging import hanging


@pytest.fixture(autouse=True)
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few places are full sooner."""
    monkeypatch.setattr(crowds, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(crowds, "MOST_LOGINS", 2)


class Busy:
    """A crowd whose handlers answer once they are let."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.metrics = Metrics()
        self.app = Crowds(self._answer, self.metrics)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gate.wait()
        await PlainTextResponse("done")(scope, receive, send)

    async def ask(self, path: str = "/v1/state", method: str = "GET") -> int:
        statuses: list[int] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self.app({"type": "http", "method": method, "path": path}, None, send)  # type: ignore[arg-type]
        return statuses[0]

    async def fill(self, path: str = "/v1/state", method: str = "GET") -> list[asyncio.Task[int]]:
        tasks = [asyncio.create_task(self.ask(path, method)) for _ in range(2)]
        await asyncio.sleep(0)
        return tasks


def test_t20_too_many_requests_at_once_are_503() -> None:
    async def run() -> None:
        busy = Busy()
        first = await busy.fill()
        assert await busy.ask() == 503
        busy.gate.set()
        assert await asyncio.gather(*first) == [200, 200]
        assert await busy.ask() == 200
        assert b'consentinel_limited_total{limit="in_flight"} 1.0' in busy.metrics.text()

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/b/shop.example.js", "/healthz", "/readyz", "/metrics"])
def test_t20_what_is_needed_most_needs_no_place(path: str) -> None:
    async def run() -> None:
        busy = Busy()
        first = await busy.fill()
        asked = asyncio.create_task(busy.ask(path))
        await asyncio.sleep(0)
        busy.gate.set()
        assert await asyncio.gather(*first, asked) == [200, 200, 200]

    asyncio.run(run())


def test_t20_logins_have_places_of_their_own() -> None:
    async def run() -> None:
        busy = Busy()
        first = await busy.fill("/admin/login", "POST")
        assert await busy.ask("/admin/setup", "POST") == 503
        others = await busy.fill("/v1/consents", "POST")
        busy.gate.set()
        assert await asyncio.gather(*first, *others) == [200] * 4

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1/consents", "/admin/login", "/admin/setup"])
def test_t20_slow_bodies_take_nobodys_place(client: TestClient, path: str) -> None:
    with hanging(client) as slow:
        slow.start(20, path)
        assert slow.statuses == []
        assert client.post("/v1/consents", json=choice()).status_code == 201
        assert client.get("/v1/state?site=shop.example").status_code == 200
        assert client.get("/b/shop.example.js").status_code == 404
        assert client.post("/admin/login", data={"name": "x", "password": "y"}).status_code == 401


def test_t20_whose_body_comes_into_a_crowd_has_to_come_again() -> None:
    async def run() -> None:
        body, gate = asyncio.Event(), asyncio.Event()

        async def receive() -> Message:
            await body.wait()
            return {"type": "http.request", "body": b"{}"}

        async def read(_scope: Scope, receive: Receive, _send: Send) -> None:
            await receive()
            await gate.wait()

        reading = Crowds(read, Metrics())
        scope = {"type": "http", "method": "POST", "path": "/v1/consents"}
        tasks = [asyncio.create_task(reading(scope, receive, None)) for _ in range(3)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks)
        body.set()
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        gate.set()
        last = await asyncio.gather(*tasks, return_exceptions=True)
        assert [getattr(one, "status_code", 0) for one in last] == [0, 0, 503]
        body.set()
        await reading(scope, receive, None)  # type: ignore[arg-type]

    asyncio.run(run())


async def never(_message: Message) -> None:
    await asyncio.get_running_loop().create_future()


def test_t20_who_reads_nothing_of_an_answer_takes_nobodys_place() -> None:
    async def run() -> None:
        busy = Busy()
        busy.gate.set()
        scope = {"type": "http", "method": "GET", "path": "/v1/consents/00/export"}
        stuck = [asyncio.create_task(busy.app(scope, None, never)) for _ in range(3)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not any(task.done() for task in stuck)
        assert await busy.ask() == 200
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
        assert [await busy.ask() for _ in range(3)] == [200] * 3

    asyncio.run(run())


def test_t20_an_answer_before_the_end_of_the_body_gives_the_place_back_once() -> None:
    async def run() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect", "more_body": True}

        async def send(_message: Message) -> None:
            pass

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse("no")(scope, receive, send)
            for _ in range(3):
                await receive()

        crowd = Crowds(answer, Metrics())
        for _ in range(3):
            await crowd({"type": "http", "method": "POST", "path": "/v1/consents"}, receive, send)
        assert crowd._all._free == 2

    asyncio.run(run())
