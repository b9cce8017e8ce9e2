"""The packs on disk: generations as directories, and a file that names the current one.

    DATA/packs/
    ├── current            {"current": "0007", "previous": "0006"}
    ├── lock               held by the one process that changes something
    └── generations/0007/  manifest.json, conflicts.json, and the files as they were fetched

A generation is written under another name, renamed, and only then named in `current`; each step waits for the
disk. A crash leaves the old generation in use, and the next update clears what it left behind.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.durable import replace_file, sync_directory, write_file
from consentinel.scanner.packs.manifest import Installed, Manifest, Pointer, decoded, encoded
from consentinel.scanner.packs.reading import read_file

MANIFEST, CONFLICTS = "manifest.json", "conflicts.json"
_UNFINISHED = ".part"
_NAME = re.compile(r"[0-9]{4,20}")
# More than any source and any record may have; what is larger is damaged.
_MAX_FILE, _MAX_RECORD = 64 * 1024 * 1024, 1024 * 1024
_AGAIN = "run `consentinel catalogue update`"


@dataclass(frozen=True)
class Generation:
    """One set of packs that was in use together."""

    path: Path
    manifest: Manifest

    def read(self, installed: Installed, file: str) -> bytes:
        """Return the bytes of a pack; raise PackError where they are not those that were fetched."""
        try:
            data = read_file(self.path / file, _MAX_FILE)
        except OSError as error:
            raise PackError(f"{installed.id}: {file} cannot be read ({error.strerror}): {_AGAIN}") from None
        except PackError as error:
            raise PackError(f"{installed.id}: {file} {error}: {_AGAIN}") from None
        if sha256(data).hexdigest() != installed.sha256:
            raise PackError(f"{installed.id}: {file} is damaged, its checksum is wrong: {_AGAIN}")
        return data


class Store:
    """The packs in a data directory; raises PackError where none could have that name."""

    def __init__(self, data_dir: Path) -> None:
        if "\0" in str(data_dir):
            raise PackError(f"{str(data_dir)!r} is no directory: choose another data directory, with --data")
        self.path = data_dir / "packs"
        self._generations = self.path / "generations"
        self._pointer = self.path / "current"

    def current(self) -> Generation | None:
        """Return the generation in use, None where nothing was ever installed; raise PackError if damaged."""
        pointer = self._read_pointer()
        return None if pointer is None else self._generation(pointer.current)

    def records(self) -> tuple[Installed, ...] | None:
        """Return what is known of the packs, also where the store is damaged.

        Those of the generation in use, else those of the newest whose manifest can be read; None where there
        are packs of which nothing can be known.
        """
        with suppress(PackError):
            if generation := self.current():
                return _recorded(generation)
        for name in sorted(self._names(), key=int, reverse=True):
            with suppress(PackError):
                return _recorded(self._generation(name))
        was_used = os.path.lexists(self._pointer) or any(
            (self._generations / name).exists() for name in self._names()
        )
        return None if was_used else ()

    @contextmanager
    def locked(self, *, create: bool = True) -> Iterator[None]:
        """Keep every other process from changing the store; raise PackError where one is at it.

        create: whether a store that is not there is made; else that is a PackError, too.
        """
        if not create and not self._generations.is_dir():
            raise PackError(f"{self.path}: no packs are installed there: {_AGAIN} first")
        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PackError(f"{self.path}: another update is running: wait until it has ended") from None
        except OSError as error:
            raise self._unwritable(error) from None

    def install(self, files: Mapping[str, bytes], manifest: Manifest) -> Path:
        """Make a new generation of `files` and put it into use; return its directory.

        Only inside `locked`. Raises PackError where the disk refuses; then the old one is still in use.
        """
        old = self._pointer_if_usable()
        name = self._next_name()
        try:
            self._write_generation(name, {**files, MANIFEST: encoded(manifest)})
            replace_file(self._pointer, encoded(Pointer(name, old.current if old else None)))
        except OSError as error:
            raise self._unwritable(error) from None
        self._clear({name, old.current if old else name})
        return self._generations / name

    def amend(self, generation: Generation, files: Mapping[str, bytes], manifest: Manifest) -> Path:
        """Renew the records of a generation whose packs stay as they are; as `install`."""
        try:
            for name, data in {**files, MANIFEST: encoded(manifest)}.items():
                replace_file(generation.path / name, data)
        except OSError as error:
            raise self._unwritable(error) from None
        return generation.path

    def rollback(self, files: Mapping[str, str]) -> Generation:
        """Exchange the current and the previous generation; return the one now in use.

        files: the name of each pack's file by its id; others are of another version and not used by this one.
        Only inside `locked`. Raises PackError where there is none to go back to, or it is damaged.
        """
        pointer = self._read_pointer()
        if pointer is None or pointer.previous is None:
            raise PackError(f"{self.path}: there is no earlier generation to go back to")
        generation = self._generation(pointer.previous)
        _check(generation, files)
        try:
            replace_file(self._pointer, encoded(Pointer(pointer.previous, pointer.current)))
        except OSError as error:
            raise self._unwritable(error) from None
        return generation

    def _read_pointer(self) -> Pointer | None:
        try:
            return decoded(read_file(self._pointer, _MAX_RECORD), Pointer)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PackError(f"{self._pointer}: {error.strerror}: check its permissions") from None
        except PackError as error:
            raise PackError(f"{self._pointer} {error}: {_AGAIN}") from None

    def _pointer_if_usable(self) -> Pointer | None:
        with suppress(PackError):
            pointer = self._read_pointer()
            if pointer is not None and self._generation(pointer.current):
                return pointer
        return None

    def _generation(self, name: str) -> Generation:
        if not _NAME.fullmatch(name):  # a damaged pointer must not lead out of the store
            raise PackError(f"{self._pointer} names no generation: {_AGAIN}")
        path = self._generations / name
        try:
            return Generation(path, decoded(read_file(path / MANIFEST, _MAX_RECORD), Manifest))
        except OSError as error:
            raise PackError(f"{path / MANIFEST}: {error.strerror}: {_AGAIN}") from None
        except PackError as error:
            raise PackError(f"{path / MANIFEST} {error}: {_AGAIN}") from None

    def _next_name(self) -> str:
        return f"{max(map(int, self._names()), default=0) + 1:04}"

    def _names(self) -> list[str]:
        """Return the names that generations have taken, also unfinished ones; [] where none can be seen."""
        try:
            found = [path.name.removesuffix(_UNFINISHED) for path in self._generations.iterdir()]
        except OSError:
            return []
        return [name for name in found if _NAME.fullmatch(name)]

    def _write_generation(self, name: str, files: Mapping[str, bytes]) -> None:
        unfinished = self._generations / f"{name}{_UNFINISHED}"
        unfinished.mkdir()
        for file, data in files.items():
            write_file(unfinished / file, data)
        sync_directory(unfinished)
        unfinished.rename(self._generations / name)
        sync_directory(self._generations)

    def _clear(self, kept: set[str]) -> None:
        """Remove all other generations; what cannot be removed now is removed by the next update."""
        with suppress(OSError):
            for path in self._generations.iterdir():
                if path.name not in kept:
                    shutil.rmtree(path, ignore_errors=True)

    def _unwritable(self, error: OSError) -> PackError:
        return PackError(
            f"{self.path}: {error.strerror}: choose a data directory that can be written, with --data"
        )


def _recorded(generation: Generation) -> tuple[Installed, ...]:
    return (*generation.manifest.packs, *generation.manifest.lost)


def _check(generation: Generation, files: Mapping[str, str]) -> None:
    """Raise PackError where a pack of the generation is damaged."""
    for pack in generation.manifest.packs:
        try:
            if pack.id in files:
                generation.read(pack, files[pack.id])
        except PackError as error:
            raise PackError(f"generation {generation.path.name} was not taken: {error}") from None
