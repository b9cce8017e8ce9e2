"""T21: nothing of a visitor is in the log, whatever goes wrong."""

import io
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from consentinel.server.logs import described, log
from consentinel.server.storage.database import Database
from tests.server.applications import add_site, client_of, make_app
from tests.server.captured_log import captured_log
from tests.server.choices import choice

ADDRESS = "198.51.100.77"
CANARIES = {
    "query": "canary-query",
    "cookie": "canary-cookie",
    "agent": "canary-agent",
    "referer": "canary-referer",
    "body": "canary-body",
    "bearer": "canary-bearer",
    "path": "canary-path",
    "form": "canary-form",
}


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """The log of the whole process, as `serve` writes it."""
    with captured_log() as stream:
        yield stream


@pytest.fixture
def client(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with client_of(make_app(sqlite_database, tmp_path / "data"), address=ADDRESS) as client:
        add_site(client)
        yield client


def headers() -> dict[str, str]:
    return {
        "user-agent": CANARIES["agent"],
        "referer": f"https://shop.example/{CANARIES['referer']}",
        "cookie": f"consentinel_proof={CANARIES['cookie']}; consentinel_admin={CANARIES['cookie']}",
        "authorization": f"Bearer {CANARIES['bearer']}",
        "x-forwarded-for": ADDRESS,
        "origin": "https://shop.example",
    }


def ask_for_everything(client: TestClient) -> set[int]:
    """Send canaries everywhere; return the statuses."""
    query, path = CANARIES["query"], CANARIES["path"]
    asked = [
        client.request(method, address, headers=headers())
        for method in ("GET", "POST", "DELETE", "PUT")
        for address in (
            f"/v1/state?site={query}",
            f"/v1/state?site=shop.example&x={query}",
            f"/v1/consents/{path}",
            f"/v1/consents/{path}/proof",
            f"/v1/consents/{path}/withdraw",
            f"/{path}",
            f"/b/{path}.js",
            f"/d/{path}",
            f"/admin/sites/{path}?x={query}",
            f"/admin/setup?token={query}",
        )
    ]
    asked += [
        client.post("/v1/consents", json=body, headers=headers())
        for body in (
            choice(locale=CANARIES["body"]),
            choice(CANARIES["body"]),
            choice(method=CANARIES["body"]),
            choice(event_id=CANARIES["body"]),
            {CANARIES["body"]: 1},
        )
    ]
    asked.append(client.post("/v1/consents", content=CANARIES["body"], headers=headers()))
    form = {"name": CANARIES["form"], "password": CANARIES["form"], "token": CANARIES["form"]}
    asked += [client.post(path, data=form) for path in ("/admin/login", "/admin/setup")]
    return {answer.status_code for answer in asked}


def test_t21_no_canary_is_in_the_log(client: TestClient, log_lines: io.StringIO) -> None:
    statuses = ask_for_everything(client)
    assert {201, 401, 404, 422} <= statuses
    found = log_lines.getvalue()
    assert found.count("\n") > 40
    assert [canary for canary in (*CANARIES.values(), ADDRESS) if canary in found] == []


def test_t21_no_canary_is_in_the_log_when_a_handler_breaks(
    client: TestClient, log_lines: io.StringIO
) -> None:
    async def fail(request: Request) -> Response:
        values = [*request.headers.values(), request.url.query, await request.body()]
        raise KeyError(f"{values}") from ValueError(str(values))

    client.app.router.routes.insert(0, Route("/fails", fail, methods=["POST"]))  # type: ignore[attr-defined]
    body = CANARIES["body"]
    answer = client.post(f"/fails?x={CANARIES['query']}", content=body, headers=headers())
    assert answer.status_code == 500
    found = log_lines.getvalue() + answer.text
    assert '"error":"KeyError"' in found
    assert [canary for canary in (*CANARIES.values(), ADDRESS) if canary in found] == []


def test_t21_what_other_packages_say_is_told_without_their_words(log_lines: io.StringIO) -> None:
    try:
        raise ValueError("canary-value")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception for canary-%s", "argument")
    line = json.loads(log_lines.getvalue())
    assert "canary" not in log_lines.getvalue()
    assert line["event"].startswith("uvicorn.error: test_logs.py:")
    assert line["error"] == "ValueError"


def test_t20_what_other_packages_say_again_and_again_is_said_once_a_minute(
    log_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)

    def accept(error: OSError) -> None:
        logging.getLogger("asyncio").error("socket.accept() out of system resource", exc_info=error)

    for error in (OSError(24, "a"), OSError(24, "b"), ConnectionError("c"), OSError(24, "d")):
        accept(error)
    now_s += 60
    for _ in range(3):
        accept(OSError(24, "e"))
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["error"] for line in lines] == ["OSError", "ConnectionError", "OSError"]
    assert [line.get("more") for line in lines] == [None, None, 2]


def test_every_line_is_one_object_whatever_is_in_it(log_lines: io.StringIO) -> None:
    log("info", "request", route="a\n\u2028b\x1b[31m", status=200)
    assert log_lines.getvalue().count("\n") == 1
    assert log_lines.getvalue().isascii()
    assert json.loads(log_lines.getvalue())["route"] == "a\n\u2028b\x1b[31m"


def test_places_in_the_code_tell_nothing_of_this_machine() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        told = described(type(error), error.__traceback__)
    assert told["error"] == "JSONDecodeError"
    assert not [place for place in told["trace"] if place.startswith("/")]  # type: ignore[attr-defined]
