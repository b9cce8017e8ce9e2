import base64
from collections.abc import Callable
from typing import Any, cast

import pytest

from consentinel.scanner.network import Exchange, NetworkLog
from consentinel.scanner.wire import Params, Wire
from tests.support.sites import ONE_PIXEL_GIF

PAGE = "https://www.shop.example/"
PIXEL = "https://t.tracker.example/p.gif"


class FakeWire:
    """Plays DevTools: `emit` events, answers `Network.getResponseBody` with `body`."""

    def __init__(self, body: Params | None = None) -> None:
        self._handlers: dict[str, list[Callable[[Params], None]]] = {}
        self._body = body
        self.asked: list[str] = []

    def on(self, event: str, handler: Callable[[Params], None]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    def spawn(self, method: str, params: Params, then: Callable[[Params], None]) -> None:
        self.asked.append(params["requestId"])
        if self._body is not None:
            then(self._body)

    def emit(self, event: str, **params: Any) -> None:
        for handler in self._handlers.get(f"Network.{event}", ()):
            handler({"requestId": "1", **params})

    def request(self, url: str = PIXEL, **params: Any) -> None:
        request = {"url": url, "method": "GET", "headers": {"Accept": "*/*"}}
        self.emit("requestWillBeSent", **{"type": "Image", "documentURL": PAGE, "request": request, **params})

    def response(self, status: int = 200, **params: Any) -> None:
        self.emit("responseReceived", response=answer(status), type="Image", **params)

    def extra(self, status: int = 200, cookies: str = "", **params: Any) -> None:
        facts = {"headers": {"Set-Cookie": cookies}, "blockedCookies": [], "statusCode": status}
        self.emit("responseReceivedExtraInfo", **(facts | params))


def answer(status: int = 200, mime: str = "image/gif") -> Params:
    return {"status": status, "mimeType": mime, "headers": {"Content-Type": mime, "X-Odd": "1"}}


def listening(body: Params | None = None) -> tuple[NetworkLog, FakeWire]:
    log, wire = NetworkLog(), FakeWire(body)
    log.listen(cast("Wire", wire))
    return log, wire


def only(log: NetworkLog) -> Exchange:
    (exchange,) = log.exchanges
    return exchange


def test_a_request_with_its_answer() -> None:
    log, wire = listening()
    wire.request(frameId="f")
    assert not log.is_quiet(0)
    wire.response()
    wire.emit("loadingFinished", encodedDataLength=90_000)
    exchange = only(log)
    assert (exchange.url, exchange.status, exchange.mime_type) == (PIXEL, 200, "image/gif")
    assert (exchange.document_url, exchange.frame_id, exchange.wire_bytes) == (PAGE, "f", 90_000)
    assert exchange.response_headers == {"content-type": "image/gif", "x-odd": "1"}
    assert exchange.duration_s is not None
    assert log.is_quiet(0)
    assert not log.is_quiet(60)


def test_redirects_are_hops_of_their_own() -> None:
    log, wire = listening()
    wire.request("https://a.example/sync")
    wire.request("https://b.example/sync", redirectResponse=answer(302, ""))
    wire.request("https://c.example/done", redirectResponse=answer(307, ""))
    wire.response()
    assert [(hop.url, hop.status) for hop in log.exchanges] == [
        ("https://a.example/sync", 302),
        ("https://b.example/sync", 307),
        ("https://c.example/done", 200),
    ]
    assert log.exchanges[2].redirects == ("https://a.example/sync", "https://b.example/sync")
    assert log.total_requests == 3


Step = Callable[[FakeWire], None]
HOPS: tuple[Step, ...] = (
    lambda wire: wire.request("https://a.example/sync"),
    lambda wire: wire.request("https://b.example/done", redirectResponse=answer(302, "")),
    lambda wire: wire.response(),
)
FIRST: Step = lambda wire: wire.extra(302, "a=1")  # noqa: E731 - a row of the table below
SECOND: Step = lambda wire: wire.extra(200, "b=2\nc=3")  # noqa: E731


@pytest.mark.parametrize(
    "steps",
    [
        (HOPS[0], FIRST, HOPS[1], SECOND, HOPS[2]),
        (FIRST, HOPS[0], HOPS[1], SECOND, HOPS[2]),
        (HOPS[0], HOPS[1], FIRST, HOPS[2], SECOND),
        (*HOPS, FIRST, SECOND),
        (*HOPS, SECOND, FIRST),
    ],
    ids=["in order", "before its request", "one late", "all late", "out of order"],
)
def test_set_cookie_lines_find_their_hop_in_any_order(steps: tuple[Step, ...]) -> None:
    log, wire = listening()
    for step in steps:
        step(wire)
    log.settle_cookies()
    assert [hop.set_cookies for hop in log.exchanges] == [("a=1",), ("b=2", "c=3")]


def test_hops_of_equal_status_keep_the_order_of_their_cookies() -> None:
    log, wire = listening()
    wire.request("https://a.example/1")
    wire.request("https://a.example/2", redirectResponse=answer(302, ""))
    wire.request("https://a.example/3", redirectResponse=answer(302, ""))
    wire.extra(302, "first=1")
    wire.extra(302, "second=1")
    log.settle_cookies()
    assert [hop.set_cookies for hop in log.exchanges] == [("first=1",), ("second=1",), ()]


def test_an_answer_without_extra_info_sets_no_cookie() -> None:
    log, wire = listening()
    wire.request()
    wire.response()
    log.settle_cookies()
    assert only(log).set_cookies == ()


def test_extra_info_of_an_unknown_request_is_left_alone() -> None:
    log, wire = listening()
    wire.extra(200, "a=1")
    wire.response()
    wire.emit("loadingFinished", encodedDataLength=1)
    wire.emit("loadingFailed", errorText="net::ERR_FAILED")
    log.settle_cookies()
    assert log.exchanges == []


def test_refused_cookies_come_with_all_reasons() -> None:
    log, wire = listening()
    wire.request()
    wire.response()
    blocked = [{"cookieLine": "a=1; SameSite=None", "blockedReasons": ["SameSiteNoneInsecure", "SecureOnly"]}]
    wire.extra(
        200,
        "a=1; SameSite=None",
        blockedCookies=blocked,
        exemptedCookies=[{"exemptionReason": "TopLevelStorageAccess"}],
    )
    log.settle_cookies()
    assert only(log).blocked_cookies == (("a=1; SameSite=None", "SameSiteNoneInsecure, SecureOnly"),)
    assert only(log).exempted == ("TopLevelStorageAccess",)


def test_a_failure_has_the_browsers_text() -> None:
    log, wire = listening()
    wire.request()
    wire.emit("loadingFailed", errorText="net::ERR_CONNECTION_REFUSED")
    assert (only(log).failure, only(log).status) == ("net::ERR_CONNECTION_REFUSED", None)
    wire.request(url=f"{PIXEL}?2", requestId="2")
    wire.emit("loadingFailed", requestId="2", errorText="", blockedReason="csp")
    assert log.exchanges[1].failure == "csp"
    assert log.is_quiet(0)


def test_the_body_of_a_small_image_is_kept() -> None:
    body = {"body": base64.b64encode(ONE_PIXEL_GIF).decode(), "base64Encoded": True}
    log, wire = listening(body)
    wire.request()
    wire.response()
    wire.emit("loadingFinished", encodedDataLength=300)
    assert only(log).small_body == ONE_PIXEL_GIF
    svg = listening({"body": "<svg/>", "base64Encoded": False})
    svg[1].request()
    svg[1].response()
    svg[1].emit("loadingFinished", encodedDataLength=300)
    assert only(svg[0]).small_body == b"<svg/>"


def test_large_images_and_other_types_are_not_read() -> None:
    log, wire = listening()
    wire.request()
    wire.response()
    wire.emit("loadingFinished", encodedDataLength=900_000)
    wire.request(requestId="2")
    wire.emit("responseReceived", requestId="2", response=answer(200, "text/html"), type="Document")
    wire.emit("loadingFinished", requestId="2", encodedDataLength=10)
    assert wire.asked == []
    assert [hop.resource_type for hop in log.exchanges] == ["Image", "Document"]


@pytest.mark.parametrize("kind", ["EventSource", "WebSocket", "Media", "Ping"])
def test_streams_do_not_keep_a_page_busy(kind: str) -> None:
    log, wire = listening()
    wire.request(type=kind)
    assert log.is_quiet(0)


def test_a_web_socket_is_a_request() -> None:
    log, wire = listening()
    wire.emit("webSocketCreated", url="wss://t.tracker.example/s", initiator={"type": "script"})
    exchange = only(log)
    assert (exchange.url, exchange.resource_type) == ("wss://t.tracker.example/s", "WebSocket")
    assert log.is_quiet(0)


@pytest.mark.parametrize("url", ["data:image/gif;base64,R0lGOD", "blob:https://a.example/1", "about:blank"])
def test_what_never_leaves_the_browser_is_no_request(url: str) -> None:
    log, wire = listening()
    wire.request(url)
    assert log.exchanges == []
    assert log.is_quiet(0)


@pytest.mark.parametrize(
    ("initiator", "expected"),
    [
        ({"type": "parser", "url": PAGE}, (PAGE,)),
        ({"type": "other"}, ()),
        (
            {"type": "script", "stack": {"callFrames": [{"url": "a.js"}, {"url": ""}, {"url": "a.js"}]}},
            ("a.js",),
        ),
        (
            {
                "type": "script",
                "stack": {"callFrames": [{"url": "a.js"}], "parent": {"callFrames": [{"url": "b.js"}]}},
            },
            ("a.js", "b.js"),
        ),
    ],
)
def test_initiators_are_the_stack_and_its_parents_nearest_first(
    initiator: Params, expected: tuple[str, ...]
) -> None:
    log, wire = listening()
    wire.request(initiator=initiator)
    assert only(log).initiators == expected


def test_the_headers_that_were_really_sent() -> None:
    log, wire = listening()
    wire.request()
    wire.emit("requestWillBeSentExtraInfo", headers={"Cookie": "a=1"})
    assert only(log).request_headers == {"Cookie": "a=1"}


def test_begin_forgets_the_visit_before_but_counts_on() -> None:
    log, wire = listening()
    wire.request()
    log.begin()
    wire.response()
    wire.emit("loadingFinished", encodedDataLength=5)
    assert log.exchanges == []
    assert log.is_quiet(0)
    assert log.total_requests == 1


def test_of_too_many_requests_the_last_are_only_counted() -> None:
    log, wire = NetworkLog(limit=3), FakeWire()
    log.listen(cast("Wire", wire))
    for number in range(10):
        wire.request(f"{PIXEL}?{number}", requestId=str(number))
        wire.extra(200, "a=1", requestId=str(number))
        wire.response(requestId=str(number))
        wire.emit("loadingFinished", requestId=str(number), encodedDataLength=1)
    log.add_of_worker("https://t.tracker.example/late", "GET", "fetch", 200, ())
    assert [exchange.request_id for exchange in log.exchanges] == ["0", "1", "2"]
    assert (log.total_requests, log.left_out) == (11, 8)
    assert log.is_quiet(0)
    log.begin()
    assert (log.total_requests, log.left_out) == (11, 0)


def test_what_two_sessions_tell_is_one_request() -> None:
    log, wire = listening()
    wire.request()
    wire.request()
    assert log.total_requests == 1


OF_WORKER = "https://t.tracker.example/first-line"


def unannounced(wire: FakeWire, **params: Any) -> None:
    response = {**answer(204, ""), "url": OF_WORKER}
    wire.emit("responseReceived", response=response, type="Fetch", loaderId="", **params)


def test_an_answer_to_a_worker_tells_of_a_request_that_was_missed() -> None:
    log, wire = listening()
    unannounced(wire)
    wire.extra(204, "a=1")
    log.settle_cookies()
    exchange = only(log)
    assert (exchange.url, exchange.method, exchange.status) == (OF_WORKER, "GET", 204)
    assert (exchange.initiator_type, exchange.set_cookies) == ("worker", ("a=1",))
    assert not log.knows(OF_WORKER)
    log.add_of_worker(OF_WORKER, "POST", "fetch", 204, ())
    assert (only(log).method, log.knows(OF_WORKER)) == ("POST", True)


def test_a_late_answer_to_a_request_of_the_visit_before_is_no_request() -> None:
    log, wire = listening()
    wire.request(OF_WORKER, loaderId="")
    log.begin()
    log.begin()
    unannounced(wire)
    assert log.exchanges == []


def test_what_workers_list_is_added_once_and_only_if_new() -> None:
    log, wire = listening()
    wire.request(PIXEL)
    before = {"https://t.tracker.example/before"}
    pairs = [(OF_WORKER, "xmlhttprequest"), (f"{OF_WORKER}#again", "fetch"), (PIXEL, "fetch")]
    log.add_listed([*pairs, ("blob:https://a.example/1", "other"), (next(iter(before)), "fetch")], before)
    assert [exchange.url for exchange in log.exchanges] == [PIXEL, OF_WORKER]
    assert (log.exchanges[1].resource_type, log.exchanges[1].initiator_type) == ("XHR", "worker")
