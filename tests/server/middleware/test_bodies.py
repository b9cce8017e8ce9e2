"""T20: how long a body may be, and how long it may take."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from consentinel.server.metrics import Metrics
from consentinel.server.middleware import bodies
from consentinel.server.middleware.arrivals import Arrivals
from consentinel.server.middleware.bodies import MOST_BYTES, Bodies
from consentinel.server.middleware.errors import HANDLERS
from tests.server.choices import choice

JSON = {"content-type": "application/json"}


def padded(size: int) -> bytes:
    """Return a choice as JSON of exactly this length."""
    text = json.dumps(choice()).encode()
    return text + b" " * (size - len(text))


def test_t20_the_longest_body_that_is_taken(client: TestClient) -> None:
    assert client.post("/v1/consents", content=padded(MOST_BYTES), headers=JSON).status_code == 201


def test_t20_one_byte_more_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/v1/consents", content=padded(MOST_BYTES + 1), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert answer.json()["detail"] == "the body is longer than 4096 bytes"


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 3_000_000])
def test_t20_a_body_in_chunks_is_counted(client: TestClient, size: int) -> None:
    def chunks() -> Iterator[bytes]:
        whole = padded(size)
        yield from (whole[at : at + 1_000] for at in range(0, size, 1_000))

    answer = client.post("/v1/consents", content=chunks(), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_t20_a_wrong_length_helps_nobody(client: TestClient) -> None:
    headers = {**JSON, "content-length": "10"}
    assert client.post("/v1/consents", content=padded(MOST_BYTES + 1), headers=headers).status_code == 413
    assert (
        client.post("/v1/consents", content=b"{}", headers={**JSON, "content-length": "1e3"}).status_code
        == 422
    )


@pytest.mark.parametrize("path", ["/admin/login", "/admin/setup"])
def test_t20_nobody_uploads_without_a_login(client: TestClient, path: str) -> None:
    form = {"name": "x" * 20_000, "password": "x"}
    assert client.post(path, data=form).status_code == 413


def test_a_body_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TIMEOUT_S", 0)
    sent: list[Message] = []

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def never() -> Message:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/consents", "headers": [], "app": Starlette()}
    answering = ExceptionMiddleware(Bodies(handler, Arrivals(Metrics())), handlers=HANDLERS)
    asyncio.run(answering(scope, never, send))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
