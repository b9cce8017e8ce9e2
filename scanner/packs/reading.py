"""Reading files that anybody may have put there: never endless, never waiting for a pipe."""

import os
import stat
from pathlib import Path

from consentinel.scanner.errors import PackError


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes.

    Raises OSError where it cannot be read, PackError for another file; the message completes `this file …`.
    """
    # A pipe without a writer would block the opening itself.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise PackError("is no regular file")
        if found.st_size > most:
            raise PackError(f"is larger than {most} bytes")
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(most)
    finally:
        os.close(descriptor)
