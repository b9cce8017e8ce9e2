import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from consentinel.server.errors import StorageError, Unavailable
from consentinel.server.metrics import Metrics
from consentinel.server.middleware.observing import Observing, templates_of
from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app, services_of
from tests.server.captured_log import captured_log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the server logs."""
    with captured_log() as stream:
        yield stream


def add_route(client: TestClient, error: Exception) -> None:
    async def fail(_request: Request) -> Response:
        raise error

    client.app.router.routes.insert(0, Route("/fails/{id}", fail))  # type: ignore[attr-defined]


def test_a_request_is_one_line_with_the_template_of_its_route(client: TestClient, lines: io.StringIO) -> None:
    client.get("/v1/consents/00112233445566778899aabbccddeeff?x=1")
    line = json.loads(lines.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert isinstance(line.pop("ms"), float)
    assert line == {
        "level": "info", "event": "request", "method": "GET", "route": "/v1/consents/{id}", "status": 404,
    }  # fmt: skip


def test_below_a_path_routes_have_their_names(
    sqlite_database: Database, tmp_path: Path, lines: io.StringIO
) -> None:
    app = make_app(sqlite_database, tmp_path / "data", public_url="https://www.shop.example/consentinel")
    with client_of(app, base_url="https://www.shop.example") as client:
        client.get("/consentinel/healthz")
        client.get("/consentinel/v1/consents/00112233445566778899aabbccddeeff")
    assert [json.loads(line)["route"] for line in lines.getvalue().splitlines()] == ["/v1/consents/{id}"]


def test_what_is_refused_before_its_route_has_its_name(
    client: TestClient, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_of(client).limits, "read", lambda _: 9)
    client.get("/v1/consents/00112233445566778899aabbccddeeff")
    client.get("/v1/no-such-thing")
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["status"], line["route"]) for line in found] == [(429, "/v1/consents/{id}"), (429, "none")]


def test_a_path_that_is_no_route_has_no_name(client: TestClient, lines: io.StringIO) -> None:
    client.get("/secret-path")
    client.request("BREW", "/secret-path")
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["method"], line["route"]) for line in found] == [("GET", "none"), ("other", "none")]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_is_asked_every_few_seconds_is_not_logged(
    client: TestClient, lines: io.StringIO, path: str
) -> None:
    client.get(path)
    assert lines.getvalue() == ""


def test_an_error_that_nobody_expected_is_500_and_a_number(client: TestClient, lines: io.StringIO) -> None:
    add_route(client, RuntimeError("secret of a visitor"))
    answer = client.get("/fails/1")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    failed, request = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert failed["event"] == "a request failed"
    assert failed["error"] == "RuntimeError"
    assert failed["number"] in answer.json()["detail"]
    assert any(":fail" in place for place in failed["trace"])
    assert request["status"] == 500


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (Unavailable("the disk is full", retry_after_s=30), "30"),
        (StorageError("it refused"), "30"),
        (Unavailable("locked"), "2"),
    ],
)
def test_a_database_that_fails_is_503(
    client: TestClient, lines: io.StringIO, error: Exception, retry_after: str
) -> None:
    add_route(client, error)
    answer = client.get("/fails/1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, retry_after)
    assert str(error) not in answer.text
    assert str(error) in lines.getvalue()


def test_an_answer_that_breaks_off_is_not_repaired(lines: io.StringIO) -> None:
    async def half(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("secret")

    async def run() -> None:
        async def send(_message: object) -> None:
            """Take it."""

        await Observing(half, Metrics(), {})({"type": "http", "method": "GET"}, None, send)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="secret"):
        asyncio.run(run())
    assert "secret" not in lines.getvalue()


def test_templates_below_a_mount_are_whole() -> None:
    inner = Route("/a/{id}", endpoint=lambda _: None)
    mount = Mount("/m", routes=[inner])
    assert templates_of([mount])[id(inner)] == "/m/a/{id}"
