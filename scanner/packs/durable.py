"""Writing so that a crash at any moment leaves the old or the new, never a half."""

import os
from pathlib import Path


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it; raises OSError."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, in one step; raises OSError. Not for two writers at once."""
    temporary = path.with_name(f"{path.name}.part")
    write_file(temporary, data)
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Wait until the disk knows which files the directory has; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
