"""The real server, `consentinel serve`, as a process of its own on a free port."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class ServerProcess:
    """One `consentinel serve`; a context manager that leaves no process behind.

    folder: its working directory, in which a consentinel.yaml may be; its data is in `folder`/data, which a
    second process may use again. arguments: further ones. wrapper: a command to run it under, such as strace.
    module: what to run in its place. rate_limit: off for load. Its standard error is in `log`, with warnings
    of Python; its standard output, the log of requests, is added to `folder`/requests.log.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        arguments: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        wrapper: Sequence[str] = (),
        module: str = "consentinel.server",
        rate_limit: bool = True,
    ) -> None:
        self.folder = folder
        self.log: list[str] = []
        self._command = [*wrapper, sys.executable, "-m", module, "serve", "--port", "0", *arguments]
        limit = {} if rate_limit else {"CONSENTINEL_RATE_LIMIT": "off"}
        self._env = {**os.environ, **environment(folder, database), **limit, **(env or {})}
        self._told = threading.Event()
        self._port = 0

    def __enter__(self) -> Self:
        with (self.folder / "requests.log").open("a") as requests:
            self.process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                stdout=requests,
                text=True,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._told.wait(START_TIMEOUT_S)
        if not self._port:
            self.kill()
            self._close()
            raise RuntimeError("the server did not start:\n" + "".join(self.log))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()

    @property
    def port(self) -> int:
        """The port that it printed."""
        return self._port

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return data_folder(self.folder)

    def stop(self) -> int:
        """Ask it to end, as an init system does, and return its exit status."""
        self.process.terminate()
        return self.process.wait(STOP_TIMEOUT_S)

    def kill(self) -> None:
        """End it at once, as a power cut or the system's lack of memory does."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def _close(self) -> None:
        self._reader.join()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.log.append(line)
            if not self._port and (found := _ADDRESS.search(line)):
                self._port = int(found[1])
                self._told.set()
        self._told.set()


def data_folder(folder: Path) -> Path:
    """Return the data folder of a server that works in `folder`."""
    return folder / "data"


def environment(folder: Path, database: str) -> dict[str, str]:
    """Return the variables that a server and its sisters need in `folder`; '' for its own SQLite file."""
    named = {"CONSENTINEL_DATABASE": database} if database else {}
    return {"CONSENTINEL_DATA": str(data_folder(folder)), "PYTHONWARNINGS": "default", **named}


def run_command(folder: Path, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `consentinel` beside a server of this folder, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "consentinel.server", *arguments],
        cwd=folder,
        env={**os.environ, **environment(folder, database)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
