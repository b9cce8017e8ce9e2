"""WebKitGTK's MiniBrowser through WebKitWebDriver (Debian: webkit2gtk-driver) on a display of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.engines.webdriver import ASYNC, EngineError, result

_START_S = 20.0
_BROWSERS = (
    "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
    "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
)


class WebKitSession:
    """A window of the session that the driver has opened under `url`."""

    def __init__(self, client: httpx2.Client, url: str) -> None:
        self._client, self._url = client, url

    def goto(self, url: str) -> None:
        """Open `url` and wait for its load event."""
        self._post("url", {"url": url})

    def run(self, body: str) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        return result(self._post("execute/async", {"script": ASYNC.replace("BODY", body), "args": []}))

    def _post(self, command: str, data: dict[str, object]) -> Any:
        return _value(self._client.post(f"{self._url}/{command}", json=data))


class WebKit:
    """The engine as it is installed."""

    name = "webkit"

    @contextmanager
    def session(self) -> Iterator[WebKitSession]:
        """Start display, driver and browser; end them."""
        with _display() as display, _driver(display) as base, httpx2.Client(timeout=120) as client:
            options = {"binary": str(_browser()), "args": ["--automation"]}
            wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
            url = f"{base}/session/{_value(client.post(f'{base}/session', json=wanted))['sessionId']}"
            try:
                yield WebKitSession(client, url)
            finally:
                client.delete(url)


def _value(response: httpx2.Response) -> Any:
    value = response.json()["value"]
    if response.is_error:
        raise EngineError(f"WebKitWebDriver: {value['error']}: {value['message']}")
    return value


def _browser() -> Path:
    found = [path for pattern in _BROWSERS for path in Path("/").glob(pattern.lstrip("/"))]
    if not found:
        raise EngineError("no MiniBrowser: apt-get install webkit2gtk-driver")
    return found[0]


@contextmanager
def _driver(display: str) -> Iterator[str]:
    program = shutil.which("WebKitWebDriver")
    if program is None:
        raise EngineError("no WebKitWebDriver: apt-get install webkit2gtk-driver")
    port = _free_port()
    environ = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    with _process([program, f"--port={port}", "--host=127.0.0.1"], environ):
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _display() -> Iterator[str]:
    program = shutil.which("Xvfb")
    if program is None:
        raise EngineError("no Xvfb: apt-get install xvfb")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with _process(command, dict(os.environ), keep=writing):
        os.close(writing)
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"


@contextmanager
def _process(command: list[str], environ: dict[str, str], keep: int | None = None) -> Iterator[None]:
    kept = () if keep is None else (keep,)
    process = subprocess.Popen(
        command, env=environ, pass_fds=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise EngineError("WebKitWebDriver did not start") from None
            time.sleep(0.05)
