"""Sites whose settings are in files: taken into the database at start, and again when a file has changed."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.errors import InputError
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import all_sites, save_site

# What in such a file is not about the site; `server:` may hold a password.
_NOT_OF_THE_SITE = {"scan", "server"}
_Stamp = tuple[int, int] | None


class SiteFiles:
    """Settings files, each with `site:` and perhaps `banner:` and `catalogue:`."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Remember the paths; nothing is read yet."""
        self._files = tuple(files)
        self._seen: tuple[_Stamp, ...] | None = None
        self._is_closed = False

    def changed(self) -> bool:
        """Say whether a file has changed since the last `load`, or one that was closed can be opened."""
        return self._seen != self._stamps() or (self._is_closed and all(map(_opens, self._files)))

    def load(self, database: Database, now: int) -> list[str]:
        """Write new and changed settings into the database; return the keys of these sites.

        A site that is in no file any more is left to the dashboard. Raises InputError `FILE:LINE: …`, having
        written nothing, and StorageError.
        """
        stamps = self._stamps()
        try:
            found = self._read()
        except InputError as error:
            self._seen = stamps  # said once, not at each look
            self._is_closed = isinstance(error.__cause__, OSError)
            raise
        with database.write() as connection:
            known = {site.key: site for site in all_sites(connection)}
            old = {key: site.settings for key, site in known.items() if site.source == "file"}
            fresh = [key for key, text in found.items() if old.get(key) != text]
            for key in fresh:
                save_site(connection, key, found[key], "file", now)
            for key in old.keys() - found.keys():
                save_site(connection, key, old[key], "dashboard", now)
        self._seen, self._is_closed = stamps, False
        return fresh

    def _read(self) -> dict[str, str]:
        """Return settings by site."""
        found: dict[str, str] = {}
        for file in self._files:
            document = read_document(file)
            key = parse_settings(document.data, document.name).host
            if key in found:
                raise InputError(f"{file}: {key} has its settings in another file, too: keep one")
            found[key] = settings_of(document)
        return found

    def _stamps(self) -> tuple[_Stamp, ...]:
        return tuple(_stamp(file) for file in self._files)


def read_document(file: Path) -> Document:
    """Return what a settings file holds now, read once; raises InputError where it cannot be."""
    try:
        return Document(str(file), file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}: name a settings file that can be read") from error


def settings_of(document: Document) -> str:
    """Return what a settings file says of its site, as YAML; it has been parsed without complaints."""
    root = yaml.compose(document.data.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        root.value = [entry for entry in root.value if entry[0].value not in _NOT_OF_THE_SITE]
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True)
    return text


def _opens(file: Path) -> bool:
    try:
        file.open("rb").close()
    except OSError:
        return False
    return True


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
