import os
from pathlib import Path

import pytest

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.reading import read_file


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_file(tmp_path / "file", 5) == b"12345"
    with pytest.raises(PackError, match=r"^is larger than 4 bytes$"):
        read_file(tmp_path / "file", 4)


def test_what_is_no_regular_file_is_not_opened_for_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(PackError, match=r"^is no regular file$"):
            read_file(tmp_path / name, 5)
    with pytest.raises(PackError, match=r"^is no regular file$"):
        read_file(Path(os.devnull), 5)


def test_a_file_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none", 5)


def test_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    before = next_descriptor()
    read_file(tmp_path / "file", 5)
    with pytest.raises(PackError):
        read_file(tmp_path, 5)
    assert next_descriptor() == before


def next_descriptor() -> int:
    """The number that the system gives to the next file; it is the lowest free one."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor
