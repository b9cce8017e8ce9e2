"""Disks that are full, and get room again: a limit of the process, and a small file system."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.support.server_process import ServerProcess

_CAP_SYS_ADMIN = 1 << 21


class Disk(Protocol):
    """What holds the data of a server."""

    def fill(self, server: ServerProcess) -> None:
        """Let the server find no room from now on."""

    def free(self, server: ServerProcess) -> None:
        """Let it have room again."""


class FileLimit:
    """No file may become longer than the longest is: writing past it fails (setrlimit(2), RLIMIT_FSIZE)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, server: ServerProcess) -> None:
        longest = max(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
        self._limit(server, longest)

    def free(self, server: ServerProcess) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: ServerProcess, size: int) -> None:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class SmallFileSystem:
    """A file system of a few megabytes that one large file fills: ENOSPC."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, server: ServerProcess) -> None:
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                return

    def free(self, server: ServerProcess) -> None:
        self._filler.unlink()


def may_mount() -> bool:
    """Say whether this process may mount a file system (capabilities(7))."""
    status = Path("/proc/self/status").read_text().splitlines()
    effective = next(line.split()[1] for line in status if line.startswith("CapEff:"))
    return bool(int(effective, 16) & _CAP_SYS_ADMIN)


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """Mount an empty file system of that size."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
