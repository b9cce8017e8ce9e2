"""What went over the network during one visit, put together from DevTools events.

Events: https://chromedevtools.github.io/devtools-protocol/tot/Network/. Several collectors read this log;
the log itself judges nothing.
"""

import time
from base64 import b64decode
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from consentinel.scanner.forwarding import REFUSED_HEADER
from consentinel.scanner.own_script import without_own_script
from consentinel.scanner.wire import Params, Wire

# An answer (headers included) that is larger than this is not a 1x1 pixel, whatever its format.
_SMALL_IMAGE_BYTES = 6000
# Streams stay open by design: waiting for them would be waiting for ever.
_STREAMS = frozenset({"EventSource", "WebSocket", "Media", "Ping"})
# What is kept of one visit; further requests are only counted. Busy news sites make about 1,500.
MAX_EXCHANGES = 5000
_WORKER = "worker"
_KINDS = {"xmlhttprequest": "xhr"}
_TYPES = {"fetch": "Fetch", "xhr": "XHR", "script": "Script"}


@dataclass(kw_only=True)
class Exchange:
    """One hop: a request and what answered it. `redirects` holds the URLs that led here, first to last.

    started_at: by the monotonic clock, for durations. started_wall: seconds since 1970, as the browser says.
    """

    request_id: str
    url: str
    method: str
    resource_type: str
    document_url: str
    initiator_type: str
    initiators: tuple[str, ...]
    redirects: tuple[str, ...]
    started_at: float
    started_wall: float | None = None
    frame_id: str | None = None
    status: int | None = None
    mime_type: str = ""
    wire_bytes: int | None = None
    small_body: bytes | None = None
    failure: str | None = None
    set_cookies: tuple[str, ...] = ()
    blocked_cookies: tuple[tuple[str, str], ...] = ()
    exempted: tuple[str, ...] = ()
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    duration_s: float | None = None
    answered_at: datetime | None = None


class NetworkLog:
    """All exchanges since `begin()`, in the order in which they started, the first `limit` of them.

    total_requests: how many there were in all visits. left_out: how many above `limit` since `begin()`.
    """

    def __init__(self, limit: int = MAX_EXCHANGES) -> None:
        self._limit = limit
        self.total_requests = 0
        self._earlier: set[str] = set()
        self._unfinished: set[str] = set()
        self._top = self._page = ""
        self.begin()

    def listen(self, wire: Wire) -> None:
        """Log what passes on `wire`: that of the page, or of a popup of it."""
        for event, handler in {
            "Network.requestWillBeSent": self._request,
            "Network.responseReceived": self._response,
            "Network.responseReceivedExtraInfo": self._response_extra,
            "Network.requestWillBeSentExtraInfo": self._request_extra,
            "Network.loadingFinished": lambda params: self._finished(wire, params),
            "Network.loadingFailed": self._failed,
            "Network.webSocketCreated": self._web_socket,
        }.items():
            wire.on(event, handler)

    def begin(self) -> None:
        """Forget the visit before."""
        self.exchanges: list[Exchange] = []
        self.left_out = 0
        self.begun_at = time.time()
        if len(self._earlier) >= self._limit:
            self._earlier.clear()
        self._earlier |= self._unfinished
        self._unfinished.clear()
        self._guessed: dict[str, Exchange] = {}
        self._latest: dict[str, Exchange] = {}
        self._hops: dict[str, list[Exchange]] = {}
        self._extras: dict[str, list[Params]] = {}
        self._open: set[str] = set()
        self.last_activity = time.monotonic()

    def is_quiet(self, for_s: float) -> bool:
        """Say whether nothing is in flight and nothing has begun or ended for `for_s` seconds."""
        return not self._open and time.monotonic() - self.last_activity >= for_s

    def knows(self, url: str) -> bool:
        """Say whether a request for this address is in the log, with all that a request has."""
        return any(
            exchange.url == url and exchange.request_id not in self._guessed for exchange in self.exchanges
        )

    def add_of_worker(
        self, url: str, method: str, kind: str, status: int | None, cookies: Sequence[str]
    ) -> None:
        """Add a request that DevTools missed: the worker ran before its network was being watched."""
        guess = next((guess for guess in self._guessed.values() if guess.url == url), None)
        if guess is not None:
            guess.method = method
            del self._guessed[guess.request_id]
            return
        exchange = Exchange(
            request_id=f"missed-{len(self.exchanges)}",
            url=url,
            method=method,
            resource_type=_TYPES.get(kind, "Other"),
            document_url="",
            initiator_type=_WORKER,
            initiators=(),
            redirects=(),
            started_at=time.monotonic(),
            started_wall=time.time(),
            status=status,
            set_cookies=tuple(cookies),
            answered_at=datetime.now(UTC),
        )
        self._keep(exchange)

    def add_listed(self, listed: Sequence[tuple[str, str]], before: Container[str]) -> None:
        """Add what workers list themselves (Wire.asked_by_workers) and neither log nor `before` has."""
        for address, kind in listed:
            url = address.partition("#")[0]
            if url.startswith(("http:", "https:")) and url not in before and not self._has(url):
                self.add_of_worker(url, "GET", _KINDS.get(kind, kind), None, ())

    def _has(self, url: str) -> bool:
        return any(exchange.url == url for exchange in self.exchanges)

    def settle_cookies(self) -> None:
        """Give each hop its Set-Cookie lines, which arrive apart from the responses and in any order."""
        for request_id, extras in self._extras.items():
            waiting = list(self._hops.get(request_id, ()))
            for extra in extras:
                hop = next((hop for hop in waiting if hop.status in (extra["statusCode"], None)), None)
                if hop is not None:
                    waiting.remove(hop)
                    _apply_extra(hop, extra)
        self._extras.clear()

    def _request(self, params: Params) -> None:
        request_id = params["requestId"]
        previous = self._latest.get(request_id) if "redirectResponse" in params else None
        if previous is not None:
            _apply_response(previous, params["redirectResponse"])
        if not params["request"]["url"].startswith(("http:", "https:")):
            return
        self._follow(params)
        if previous is not None or not self._repeats(params):
            self._add(_exchange(params, previous, self._page))

    def _follow(self, params: Params) -> None:
        """Keep the address of the page: what the browser opened itself, and where that frame went on to."""
        opened = params.get("initiator", {}).get("type") == "other"
        if params.get("type") == "Document" and (opened or params.get("frameId") == self._top):
            self._top, self._page = params.get("frameId", ""), params["request"]["url"]

    def _repeats(self, params: Params) -> bool:
        """Say whether another session has told this already: a page and its popup share a service worker."""
        known = self._latest.get(params["requestId"])
        return known is not None and known.url == params["request"]["url"]

    def _keep(self, exchange: Exchange) -> bool:
        self.total_requests += 1
        if len(self.exchanges) >= self._limit:
            self.left_out += 1
            return False
        self.exchanges.append(exchange)
        return True

    def _add(self, exchange: Exchange) -> None:
        self.last_activity = time.monotonic()
        if not self._keep(exchange):
            return
        self._unfinished.add(exchange.request_id)
        self._latest[exchange.request_id] = exchange
        self._hops.setdefault(exchange.request_id, []).append(exchange)
        if exchange.resource_type not in _STREAMS:
            self._open.add(exchange.request_id)

    def _response(self, params: Params) -> None:
        exchange = self._latest.get(params["requestId"]) or self._guess(params)
        if exchange is not None:
            _apply_response(exchange, params["response"])
            exchange.resource_type = params.get("type", exchange.resource_type)

    def _guess(self, params: Params) -> Exchange | None:
        """Make up the request of an answer to a worker that asked before its network was being watched.

        DevTools does not say the method then: GET, unless Playwright knows better.
        """
        request_id, of_worker = params["requestId"], params.get("loaderId") == ""
        if not of_worker or request_id in self._earlier or self.left_out:
            return None
        url = params["response"]["url"]
        if not url.startswith(("http:", "https:")):
            return None
        self._add(_exchange({**params, "request": {"url": url, "method": "GET"}}, None, self._page))
        exchange = self._latest.get(request_id)
        if exchange is not None:
            self._guessed[request_id] = exchange
        return exchange

    def _response_extra(self, params: Params) -> None:
        if params["requestId"] in self._extras or len(self._extras) < self._limit:
            self._extras.setdefault(params["requestId"], []).append(params)

    def _request_extra(self, params: Params) -> None:
        exchange = self._latest.get(params["requestId"])
        if exchange is not None:
            exchange.request_headers = dict(params["headers"])

    def _finished(self, wire: Wire, params: Params) -> None:
        exchange = self._close(params)
        if exchange is None:
            return
        exchange.wire_bytes = int(params.get("encodedDataLength", 0))
        if exchange.mime_type.startswith("image/") and exchange.wire_bytes <= _SMALL_IMAGE_BYTES:
            wire.spawn(
                "Network.getResponseBody",
                {"requestId": exchange.request_id},
                lambda result: _keep_body(exchange, result),
            )

    def _failed(self, params: Params) -> None:
        exchange = self._close(params)
        if exchange is not None:
            exchange.failure = params.get("errorText") or params.get("blockedReason") or "failed"

    def _close(self, params: Params) -> Exchange | None:
        request_id = params["requestId"]
        for waiting in (self._open, self._unfinished, self._earlier):
            waiting.discard(request_id)
        self.last_activity = time.monotonic()
        exchange = self._latest.get(request_id)
        if exchange is not None:
            exchange.duration_s = self.last_activity - exchange.started_at
        return exchange

    def _web_socket(self, params: Params) -> None:
        stack = params.get("initiator", {})
        self._add(
            Exchange(
                request_id=params["requestId"],
                url=params["url"],
                method="GET",
                resource_type="WebSocket",
                document_url="",
                initiator_type=stack.get("type", "script"),
                initiators=_initiators(stack, self._page),
                redirects=(),
                started_at=time.monotonic(),
                started_wall=time.time(),
            )
        )


def _exchange(params: Params, previous: Exchange | None, page: str) -> Exchange:
    # Only requests of workers have no loader. Their stack is left out: now and then DevTools misses them, and
    # what replaces them (add_of_worker) has none.
    initiator = {"type": _WORKER} if params.get("loaderId") == "" else params.get("initiator", {})
    return Exchange(
        request_id=params["requestId"],
        url=params["request"]["url"],
        method=params["request"]["method"],
        resource_type=params.get("type", "Other"),
        document_url=params.get("documentURL", ""),
        initiator_type=initiator.get("type", "other"),
        initiators=_initiators(initiator, page),
        redirects=(*previous.redirects, previous.url) if previous else (),
        started_at=time.monotonic(),
        started_wall=params.get("wallTime"),
        frame_id=params.get("frameId"),
        request_headers=dict(params["request"].get("headers", {})),
    )


def _initiators(initiator: dict[str, Any], page: str) -> tuple[str, ...]:
    """Return the URLs that caused a request, nearest first: call stack, its async parents, or the parser.

    The banner's own script in `page`, which every call passes through, only where no other is there.
    """
    urls: dict[str, None] = {}
    stack = initiator.get("stack")
    while stack:
        urls.update((frame["url"], None) for frame in stack.get("callFrames", ()) if frame.get("url"))
        stack = stack.get("parent")
    if not urls and initiator.get("url"):
        urls[initiator["url"]] = None
    return without_own_script(tuple(urls), page)


def _apply_response(exchange: Exchange, response: Params) -> None:
    exchange.answered_at = datetime.now(UTC)
    exchange.mime_type = response.get("mimeType", "").lower()
    exchange.response_headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
    refused = exchange.response_headers.get(REFUSED_HEADER.lower())
    if refused is not None:
        exchange.failure = f"refused by the egress proxy ({refused})"
    else:
        exchange.status = response["status"]


def _apply_extra(exchange: Exchange, extra: Params) -> None:
    headers = {name.lower(): value for name, value in extra["headers"].items()}
    lines = tuple(line for line in headers.get("set-cookie", "").split("\n") if line)
    exchange.set_cookies = lines
    exchange.blocked_cookies = tuple(
        (blocked["cookieLine"], ", ".join(blocked["blockedReasons"])) for blocked in extra["blockedCookies"]
    )
    exchange.exempted = tuple(item["exemptionReason"] for item in extra.get("exemptedCookies", ()))
    exchange.response_headers = headers


def _keep_body(exchange: Exchange, result: Params) -> None:
    body = result["body"]
    exchange.small_body = b64decode(body) if result["base64Encoded"] else body.encode()
