"""Where packs come from: their own addresses, a mirror of them, or a directory."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.downloading import Download, Downloader
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.reading import read_file
from consentinel.scanner.packs.sources import Source
from consentinel.scanner.urls import parse_start_url

# A pack's file as it was got, None where it is the installed one still, or why there is none.
Result = Download | PackError | None


class Origin(Protocol):
    """Gets the files of packs."""

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what was got for each source, by id. installed: the intact packs, for asking what is new."""


@dataclass(frozen=True)
class Published:
    """The addresses of the sources themselves."""

    downloader: Downloader = field(default_factory=Downloader)

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what the sources' own addresses serve."""
        return self.downloader.get_all([(source, source.url) for source in sources], installed)


@dataclass(frozen=True)
class Mirror:
    """An address under which the files lie under their names; it may be a private one.

    What it redirects to may not: a public mirror must not lead into the network of the machine.
    """

    base: str
    downloader: Downloader = field(default_factory=Downloader)

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what the mirror serves."""
        base = self.base.rstrip("/")
        wanted = [(source, f"{base}/{source.file}") for source in sources]
        return replace(self.downloader, mirror=self.base).get_all(wanted, installed)


@dataclass(frozen=True)
class Directory:
    """A directory that holds the files under their names."""

    path: Path

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:  # noqa: ARG002 - the protocol's signature
        """Return what the directory holds."""
        return {source.id: self._one(source) for source in sources}

    def _one(self, source: Source) -> Result:
        path = self.path / source.file
        try:
            return Download(path.absolute().as_uri(), read_file(path, source.max_bytes))
        except OSError as error:
            reason = f": {error.strerror}"
        except PackError as error:
            reason = f" {error}"
        return PackError(f"{source.id}: {path}{reason}: put the file there, or leave the pack out")


def origin_from(text: str | None) -> Origin:
    """Return the origin that `--from` names, a directory or an address; without one the published addresses.

    Raises InputError for an address that is none, PackError where nothing or no directory is named.
    """
    if text is None:
        return Published()
    if not text.strip():
        raise PackError("--from is empty: name a directory, or an address with https://")
    if "://" in text:
        return Mirror(parse_start_url(text))
    if not os.path.isdir(text):  # noqa: PTH112 - Path.is_dir raises for names that are too long
        raise PackError(f"--from {text}: there is no such directory: name one, or an address with https://")
    return Directory(Path(text))
