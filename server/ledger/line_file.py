"""A file of lines to which several threads and processes add; each line is durable before it is told of."""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from consentinel.scanner.packs.durable import replace_file, sync_directory


class LineFile:
    """Lines as bytes, without their ends. Everything raises OSError; reading takes no lock."""

    def __init__(self, path: Path) -> None:
        """Use a file, which is made with its first line."""
        self.path = path
        self._guard = threading.Lock()

    def lines(self) -> list[bytes]:
        """Return the lines; what follows the last line end was being written in a crash, and is none."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return data[: data.rfind(b"\n") + 1].splitlines()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep all other threads and processes of this machine from writing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._guard, self.path.with_name(f"{self.path.name}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def append(self, lines: Sequence[bytes]) -> None:
        """Add lines; only within `alone`."""
        is_new = not self.path.exists()
        with self.path.open("a+b") as stream:
            _drop_half_line(stream.fileno())
            stream.write(b"".join(line + b"\n" for line in lines))
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            sync_directory(self.path.parent)

    def replace(self, lines: Sequence[bytes]) -> None:
        """Write the file anew, in one step; only within `alone`."""
        replace_file(self.path, b"".join(line + b"\n" for line in lines))
        sync_directory(self.path.parent)


def _drop_half_line(descriptor: int) -> None:
    """Cut off what a crash has left of a line, so that the next one does not continue it."""
    end = os.fstat(descriptor).st_size
    if end and os.pread(descriptor, 1, end - 1) != b"\n":
        os.ftruncate(descriptor, os.pread(descriptor, end, 0).rfind(b"\n") + 1)
