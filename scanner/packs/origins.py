"""Where packs come from: their own addresses, a mirror of them, or a directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from consentinel.scanner.addresses import EgressPolicy
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.downloading import Download, Downloader
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.sources import Source
from consentinel.scanner.urls import parse_start_url

# A pack's file as it was got, None where it is the installed one still, or why there is none.
Result = Download | PackError | None


class Origin(Protocol):
    """Gets the files of packs."""

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what was got for each source, by id. installed: the intact packs, for asking what is new."""


def _for_mirrors() -> Downloader:
    return Downloader(EgressPolicy(allow_private=True))


@dataclass(frozen=True)
class Published:
    """The addresses of the sources themselves."""

    downloader: Downloader = field(default_factory=Downloader)

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what the sources' own addresses serve."""
        return self.downloader.get_all([(source, source.url) for source in sources], installed)


@dataclass(frozen=True)
class Mirror:
    """An address under which the files lie under their names; it may be a private one."""

    base: str
    downloader: Downloader = field(default_factory=_for_mirrors)

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        """Return what the mirror serves."""
        base = self.base.rstrip("/")
        return self.downloader.get_all([(source, f"{base}/{source.file}") for source in sources], installed)


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
            with path.open("rb") as stream:
                data = stream.read(source.max_bytes + 1)
        except OSError as error:
            return PackError(
                f"{source.id}: {path}: {error.strerror}: put the file there, or leave the pack out"
            )
        if len(data) > source.max_bytes:
            return PackError(
                f"{source.id}: {path} is larger than {source.max_bytes} bytes: put the list there"
            )
        return Download(source.url, data)


def origin_from(text: str | None) -> Origin:
    """Return the origin that `--from` names, a directory or an address; without one the published addresses.

    Raises InputError for an address that is none, PackError where there is no such directory.
    """
    if text is None:
        return Published()
    if "://" in text:
        return Mirror(parse_start_url(text))
    if not Path(text).is_dir():
        raise PackError(f"--from {text}: there is no such directory: name one, or an address with https://")
    return Directory(Path(text))
