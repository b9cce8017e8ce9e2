"""T20: whose bodies are waited for."""

import asyncio
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import Message, Receive

from consentinel.server import streaming
from consentinel.server.metrics import Metrics
from consentinel.server.middleware import arrivals, bodies, crowds
from consentinel.server.middleware.arrivals import Arrivals
from tests.server.choices import choice
from tests.server.middleware.hanging import hanging

DOCS = Path(__file__).parents[3] / "docs" / "server.md"


def test_t20_a_network_may_have_some_bodies_on_their_way(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_OF_A_NETWORK", 3)
    with hanging(client) as slow:
        slow.start(5, "/admin/login", "203.0.113.1")
        assert slow.statuses == [429, 429]
        slow.start(1, "/v1/consents", "203.0.113.200")
        assert slow.statuses == [429] * 3
        slow.start(1, "/v1/consents", "203.0.114.1")
        assert slow.statuses == [429] * 3
        assert client.post("/v1/consents", json=choice()).status_code == 201
    assert 'consentinel_limited_total{limit="bodies"} 3.0' in metrics_of(client)


def test_the_numbers_are_those_of_the_documentation() -> None:
    text = " ".join(DOCS.read_text("utf-8").split())
    assert f"{crowds.MOST_AT_ONCE:,} requests or {crowds.MOST_LOGINS} logins are worked on at once" in text
    assert f"waits for {arrivals.MOST:,} bodies at once, {arrivals.MOST_OF_A_NETWORK} of one network" in text
    assert f"each for at most {bodies.TIMEOUT_S} seconds" in text
    assert f"an export has to be taken within {streaming.TIMEOUT_S // 60} minutes" in text


def metrics_of(client: TestClient) -> str:
    return str(client.app.state.consentinel.metrics.text().decode())  # type: ignore[attr-defined]


async def never() -> Message:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


async def wait(found: Arrivals, address: str, receive: Receive = never) -> str:
    """Wait for a body; tell how that ends."""
    try:
        arrival = found.begin(address, 600)
    except HTTPException as error:
        return str(error.status_code)
    try:
        while (await arrival.message(receive))["more_body"]:
            pass
    except TimeoutError:
        return "given up"
    finally:
        found.end(arrival)
    return "arrived"


class Body:
    """A body that comes piece by piece, as the test sends it."""

    def __init__(self) -> None:
        self._pieces = asyncio.Queue[bool]()

    async def receive(self) -> Message:
        return {"type": "http.request", "body": b"x", "more_body": await self._pieces.get()}

    async def send(self, *, more: bool) -> None:
        self._pieces.put_nowait(more)
        for _ in range(5):
            await asyncio.sleep(0)


def test_t20_of_too_many_the_one_that_waited_longest_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST", 2)

    async def run() -> None:
        found = Arrivals(Metrics())
        first, *others = [asyncio.create_task(wait(found, f"203.0.{number}.1")) for number in range(3)]
        assert await first == "given up"
        assert not any(task.done() for task in others)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(run())


def test_t20_who_sends_byte_by_byte_stays_in_front_of_those_who_came_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrivals, "MOST", 2)

    async def run() -> None:
        found, trickled, honest = Arrivals(Metrics()), Body(), Body()
        trickler = asyncio.create_task(wait(found, "203.0.1.1", trickled.receive))
        await trickled.send(more=True)
        visitor = asyncio.create_task(wait(found, "203.0.2.1", honest.receive))
        await honest.send(more=True)
        await trickled.send(more=True)
        later = asyncio.create_task(wait(found, "203.0.3.1"))
        assert await trickler == "given up"
        await honest.send(more=False)
        assert await visitor == "arrived"
        later.cancel()
        await asyncio.gather(later, return_exceptions=True)

    asyncio.run(run())


def test_t20_who_is_given_up_between_two_pieces_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST", 1)

    async def run() -> None:
        found = Arrivals(Metrics())
        body, first = Body(), found.begin("203.0.1.1", 600)
        await body.send(more=True)
        await first.message(body.receive)
        second = found.begin("203.0.2.1", 600)
        with pytest.raises(TimeoutError):
            await first.message(never)
        for arrival in (first, second):
            found.end(arrival)

    asyncio.run(run())


@pytest.mark.parametrize(("on", "ends"), [(True, "429"), (False, None)])
def test_the_limit_of_a_network_can_be_switched_off(
    monkeypatch: pytest.MonkeyPatch, on: bool, ends: str | None
) -> None:
    monkeypatch.setattr(arrivals, "MOST_OF_A_NETWORK", 1)

    async def run() -> None:
        found = Arrivals(Metrics(), on=on)
        tasks = [asyncio.create_task(wait(found, "203.0.113.1")) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [task.result() for task in tasks if task.done()] == ([ends] if ends else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_t20_whose_body_has_come_is_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_OF_A_NETWORK", 1)

    async def run() -> None:
        found = Arrivals(Metrics())
        for _ in range(3):
            found.end(found.begin("203.0.113.1", 600))

    asyncio.run(run())
