"""Peak memory of a process and everything below it, as the share that is really theirs (PSS).

PSS counts a page that n processes share as 1/n in each, so that the sum over a browser's processes is what
they take of the machine. Resident set sizes would count Chromium's code once per process.
"""

import threading
import time
from collections import defaultdict
from types import TracebackType
from typing import Self

import psutil

_INTERVAL_S = 0.3


class PeakMemory:
    """Context manager that watches the process `pid` and its descendants from a thread.

    peak_mib: the largest sum seen. parts_mib: at that moment, by kind of process.
    """

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        self.parts_mib: dict[str, float] = {}
        self._root = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            started = time.monotonic()
            parts = memory_of_tree(self._root)
            if sum(parts.values()) > self.peak_mib:
                self.peak_mib, self.parts_mib = sum(parts.values()), parts
            self._done.wait(max(_INTERVAL_S, 2 * (time.monotonic() - started)))


def memory_of_tree(root: psutil.Process) -> dict[str, float]:
    """Return MiB of PSS by kind of process; processes that end meanwhile count as nothing."""
    parts: defaultdict[str, float] = defaultdict(float)
    try:
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return {}
    for process in processes:
        try:
            parts[_kind(process)] += process.memory_full_info().pss / 2**20
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return dict(parts)


def _kind(process: psutil.Process) -> str:
    """Return `python`, `node`, or what Chromium calls the process: `browser`, `renderer`, …"""
    command = process.cmdline()
    if process.name().startswith(("python", "node")):
        return "node" if process.name().startswith("node") else "python"
    types = [
        part.removeprefix("--type=") for argument in command for part in argument.split() if "--type=" in part
    ]
    return types[0] if types else "browser"
