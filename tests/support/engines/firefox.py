"""Firefox through Marionette, the protocol that it brings along: no driver needed (Debian: firefox-esr)."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.engines.webdriver import ASYNC, EngineError, result

_START_S = 60.0
_PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.server": "",
    "services.settings.server": "",
    # the matrix opens frames by window.open
    "dom.disable_open_during_load": False,
}


class FirefoxSession:
    """A window; commands go over `connection` as Marionette wants them."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 0
        self._read()  # the greeting

    def goto(self, url: str) -> None:
        """Open `url` and wait for its load event."""
        self.command("WebDriver:Navigate", {"url": url})

    def run(self, body: str) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        script = {"script": ASYNC.replace("BODY", body), "args": []}
        return result(self.command("WebDriver:ExecuteAsyncScript", script)["value"])

    def command(self, name: str, parameters: Mapping[str, object]) -> Any:
        """Send a command and return its answer; raise EngineError where Firefox refuses."""
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._stream.write(b"%d:%s" % (len(message), message))
        self._stream.flush()
        _, _, error, answer = self._read()
        if error:
            raise EngineError(f"Firefox: {name}: {error['error']}: {error['message']}")
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _read(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            byte = self._stream.read(1)
            if not byte:
                raise EngineError("Firefox has closed the connection")
            size += byte
        return json.loads(self._stream.read(int(size[:-1])))


class Firefox:
    """The engine as it is installed."""

    name = "firefox"

    @contextmanager
    def session(self) -> Iterator[FirefoxSession]:
        """Start Firefox with a new profile; end it."""
        with TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as folder:
            profile = Path(folder)
            lines = (
                f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()
            )
            (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
            with _process(profile) as process, _connection(profile, process) as connection:
                session = FirefoxSession(connection)
                session.command("WebDriver:NewSession", {})
                try:
                    yield session
                finally:
                    session.close()


@contextmanager
def _process(profile: Path) -> Iterator["subprocess.Popen[bytes]"]:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise EngineError("no Firefox: apt-get install firefox-esr")
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile), "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _connection(profile: Path, process: "subprocess.Popen[bytes]") -> Iterator[socket.socket]:
    file = profile / "MarionetteActivePort"
    deadline = time.monotonic() + _START_S
    while not (file.exists() and file.read_text().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EngineError("Firefox did not start")
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", int(file.read_text())), timeout=120) as connection:
        yield connection
