"""The site with the matrix page and the tracker it reaches for, in one server under two host names."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.matrix.vector import Target
from tests.support.sites import GIF, HTML, ONE_PIXEL_GIF, SCRIPT, Answer, Hit, Site

SITE_HOST, TRACKER_HOST = "127.0.0.1", "localhost"
_TYPES = {
    "gif": GIF,
    "css": "text/css",
    "html": HTML,
    "txt": "text/plain",
    "svg": "image/svg+xml",
    "vtt": "text/vtt",
}
_OPEN = (("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store"), ("Timing-Allow-Origin", "*"))
# Vectors that send no request: a connection to their port, or a datagram, has reached the tracker.
CONNECTIONS = {
    "link-preconnect": socket.SOCK_STREAM,
    "link-preconnect-dynamic": socket.SOCK_STREAM,
    "web-transport": socket.SOCK_DGRAM,
}
_QUIET_S = 0.6


class Matrix:
    """Context manager: the two hosts on loopback, and what came in.

    What a tracker's script or frame does is to ask the site for `/ran/ID`. Whoever measures adds the pages.
    `delays_s`: by vector, how long its script takes to come.
    """

    def __init__(self, delays_s: Mapping[str, float] = {}) -> None:
        self._delays_s = delays_s
        self.site = Site(f"http://{SITE_HOST}/")
        for host in (SITE_HOST, TRACKER_HOST):
            self.site.call(f"http://{host}/v/*", self._vector)
        self.site.call("/ran/*", lambda _: Answer("", 204, _OPEN))
        self.site.page("/plain", "nothing here")
        self.connections: Counter[str] = Counter()
        self._since_s = time.monotonic()
        self._ears: dict[str, _Ear] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._server = self._stack.enter_context(LoopbackServer(self.site))
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def origin(self) -> str:
        """The site's origin."""
        return f"http://{SITE_HOST}:{self._server.port}"

    def target(self, *, own: bool) -> Target:
        """Return the addresses for the vectors, or for their twins."""
        host = SITE_HOST if own else TRACKER_HOST
        return Target(
            f"http://{host}:{self._server.port}",
            self.origin,
            own,
            connections={name: f"{TRACKER_HOST}:{ear.port}" for name, ear in self._ears.items()},
        )

    def counts(self, host: str = TRACKER_HOST) -> Counter[str]:
        """Return how often each vector arrived at `host`, mere connections included."""
        arrived = Counter(
            _name(hit.path) for hit in self.hits() if hit.host == host and hit.path.startswith("/v/")
        )
        return arrived + self.connections if host == TRACKER_HOST else arrived

    def ran(self) -> Counter[str]:
        """Return how often the code of each vector ran."""
        return Counter(_name(hit.path) for hit in self.hits() if hit.path.startswith("/ran/"))

    def hits(self) -> list[Hit]:
        """Return what came in so far."""
        return list(self.site.log.hits)

    def clear(self, *, same_page: bool = False) -> None:
        """Forget what came in so far; `same_page`: the page stays, and with it the ports it knows."""
        self._since_s = time.monotonic()
        self.site.log.clear()
        self.connections.clear()
        if not same_page:
            self._listen()

    def settle(self, wanted: Callable[[], bool] = lambda: True, timeout_s: float = 20.0) -> bool:
        """Wait until `wanted` holds and nothing came in for a while; return whether it holds."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and not (self._quiet() and wanted()):
            time.sleep(0.05)
        return wanted()

    def _listen(self) -> None:
        """Take new ports: what still knocks at the old ones, as QUIC does for a while, counts no more."""
        self.connections = Counter()
        for name, kind in CONNECTIONS.items():
            self._ears[name] = self._stack.enter_context(_Ear(kind, self.connections, name))

    def _quiet(self) -> bool:
        last_s = max((hit.at_s for hit in self.hits()[-1:]), default=self._since_s)
        return time.monotonic() - max(last_s, self._since_s) > _QUIET_S

    def _vector(self, hit: Hit) -> Answer:
        kind = hit.path.rsplit(".", 1)[-1]
        if kind == "js":
            name, headers = _name(hit.path), (("Content-Type", SCRIPT), *_OPEN)
            return Answer(_running(self.origin, name), 200, headers, self._delays_s.get(name, 0.0))
        if kind == "html":
            body = f"<!doctype html><title>a</title><script>{_running(self.origin, _name(hit.path))}</script>"
            return Answer(body, 200, (("Content-Type", HTML), *_OPEN))
        if hit.headers.get("accept") == "text/event-stream":
            return Answer("", 204, _OPEN)
        status = 404 if kind in ("mp4", "woff") else 200
        typed = ("Content-Type", _TYPES.get(kind, "application/octet-stream"))
        return Answer(_BODIES.get(kind, ""), status, (typed, *_OPEN))


_BODIES: Mapping[str, str | bytes] = {
    "gif": ONE_PIXEL_GIF,
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "vtt": "WEBVTT\n",
}


def _name(path: str) -> str:
    return re.sub(r"\.\w+$", "", path.rsplit("/", 1)[-1])


def _running(site: str, name: str) -> str:
    order = f"try {{ (top.order = top.order || []).push('{name}') }} catch {{}}"
    return f"{order}; fetch('{site}/ran/{name}', {{ mode: 'no-cors', keepalive: true }}).catch(() => {{}});"


class _Ear:
    """Context manager that counts who connects to a port of its own, or sends a datagram there."""

    def __init__(self, kind: socket.SocketKind, counts: Counter[str], name: str) -> None:
        self._sockets = [socket.socket(family, kind) for family in (socket.AF_INET, socket.AF_INET6)]
        self._stream = kind == socket.SOCK_STREAM
        self._counts, self._name = counts, name
        self.port = 0

    def __enter__(self) -> Self:
        for ear, address in zip(self._sockets, ("127.0.0.1", "::1"), strict=True):
            ear.bind((address, self.port))
            self.port = ear.getsockname()[1]
            if self._stream:
                ear.listen()
            threading.Thread(target=self._hear, args=(ear,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for ear in self._sockets:
            ear.close()

    def _hear(self, ear: socket.socket) -> None:
        try:
            while True:
                if self._stream:
                    ear.accept()[0].close()
                else:
                    ear.recvfrom(2048)
                self._counts[self._name] = 1  # how often somebody knocks says nothing
        except OSError:
            return  # closed: nobody listens any more
