import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.har import har_log
from tests.support.observing import PAGE, make_exchange, make_result

CANARY = "canary7f3a9c1e5b8d2f4a6c0e"
NAMES = (
    "Cookie",
    "Authorization",
    "Referer",
    "Set-Cookie",
    "Location",
    "X-Api-Key",
    "ETag",
    "Proxy-Authorization",
)
URLS = (
    f"https://user:{CANARY}@t.tracker.example/p",
    f"https://t.tracker.example/p?uid={CANARY}",
    f"https://t.tracker.example/p?{CANARY}",
    f"https://t.tracker.example/{CANARY}/p.gif",
    f"https://t.tracker.example/p#{CANARY}",
    f"wss://t.tracker.example/p?{CANARY}=1&a;{CANARY}",
)


def har(*, values: bool, **changes: Any) -> dict[str, Any]:
    facts = {"answered_at": datetime(2026, 3, 1, tzinfo=UTC), "duration_s": 0.25, "mime_type": "image/gif"}
    result = make_result(f"{PAGE}?session={CANARY}", exchanges=[make_exchange(**(facts | changes))])
    return har_log([result], browser="Chromium 141.0", values=values)


def entry(*, values: bool = False, **changes: Any) -> dict[str, Any]:
    (found,) = har(values=values, **changes)["log"]["entries"]
    return dict(found)


@pytest.mark.parametrize("url", URLS)
def test_no_secret_of_an_address_is_left(url: str) -> None:
    assert CANARY not in json.dumps(har(values=False, url=url))


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_of_a_header_is_left(name: str) -> None:
    headers = {name: f"a={CANARY}", name.lower(): CANARY}
    assert CANARY not in json.dumps(har(values=False, request_headers=headers, response_headers=headers))


def test_with_values_everything_is_as_it_was() -> None:
    found = entry(values=True, url=f"{PAGE}p?uid={CANARY}", request_headers={"Cookie": f"a={CANARY}"})
    assert found["request"]["url"] == f"{PAGE}p?uid={CANARY}"
    assert found["request"]["queryString"] == [{"name": "uid", "value": CANARY}]
    assert found["request"]["headers"] == [{"name": "Cookie", "value": f"a={CANARY}"}]


def test_headers_about_the_protocol_stay_readable() -> None:
    found = entry(response_headers={"content-type": "image/gif", "set-cookie": CANARY})
    assert found["response"]["headers"] == [
        {"name": "content-type", "value": "image/gif"},
        {"name": "set-cookie", "value": "(redacted)"},
    ]
    query = entry(url=f"{PAGE}p?b=2&a=1")["request"]["queryString"]
    assert query == [{"name": "a", "value": "(redacted)"}, {"name": "b", "value": "(redacted)"}]


def test_the_document_has_the_shape_of_har_1_2() -> None:
    log = har(values=False)["log"]
    assert set(log) >= {"version", "creator", "browser", "pages", "entries"}
    assert (log["version"], log["browser"]) == ("1.2", {"name": "Chromium", "version": "141.0"})
    (page,) = log["pages"]
    assert set(page) >= {"id", "title", "startedDateTime", "pageTimings"}
    (found,) = log["entries"]
    assert set(found) >= {"pageref", "startedDateTime", "time", "request", "response", "cache", "timings"}
    assert found["pageref"] == page["id"]
    assert set(found["timings"]) == {"send", "wait", "receive"}
    assert (found["time"], found["startedDateTime"]) == (250, "2026-02-28T23:59:59.750000+00:00")
    common = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
    assert set(found["request"]) >= common | {"method", "url", "queryString"}
    assert set(found["response"]) >= common | {"status", "statusText", "content", "redirectURL"}


def test_a_request_without_an_answer() -> None:
    found = entry(status=None, answered_at=None, duration_s=None, failure="net::ERR_FAILED")
    assert (found["response"]["status"], found["_error"], found["time"]) == (0, "net::ERR_FAILED", 0)


@pytest.mark.parametrize("values", [True, False])
@given(url=st.one_of(st.text(max_size=60), st.text(max_size=40).map("https://[".__add__)))
def test_no_address_raises(values: bool, url: str) -> None:
    assert har(values=values, url=url)["log"]["entries"]


def test_a_request_starts_when_the_browser_says() -> None:
    wall = datetime(2026, 3, 1, 8, 30, tzinfo=UTC).timestamp()
    pending = {"answered_at": None, "duration_s": None}
    for changes in ({}, pending):
        log = har(values=False, started_wall=wall, **changes)["log"]
        assert log["entries"][0]["startedDateTime"] == "2026-03-01T08:30:00+00:00"
        assert log["pages"][0]["startedDateTime"] == "2026-03-01T08:30:00+00:00"
