"""Published scripts and parts in the memory of the web process, and what other processes publish."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from consentinel.server import publications
from consentinel.server.errors import StorageError
from consentinel.server.publications import Entry, RegimeFacts
from consentinel.server.publishing.encodings import Encoded, encoded
from consentinel.server.storage.database import Database

_RECHECK_S = 1.0
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Published:
    """One site's files. script: of the newest version; variants: by regime, where the country decides.

    immutable: the scripts of all versions by SHA-384 in hex. parts: of all versions by file name.
    """

    site: str
    script: Entry
    variants: Mapping[str, Entry]
    regimes: tuple[RegimeFacts, ...]
    immutable: Mapping[str, Entry]
    parts: Mapping[str, Entry]


class Shelf:
    """All published files. One query a second at most sees what other processes have published."""

    def __init__(
        self,
        database: Database,
        *,
        now_s: Callable[[], float] = time.monotonic,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        """Start empty: files are read when somebody asks for them."""
        self._database = database
        self._now_s = now_s
        self._most_bytes = most_bytes
        self._checked_s = float("-inf")
        self._checking: asyncio.Task[None] | None = None
        self._numbers: Mapping[str, int] = {}
        self._sites: dict[str, tuple[int, Published]] = {}
        self._files: OrderedDict[tuple[str, str], Encoded] = OrderedDict()
        self._bytes = 0
        self._loading: dict[tuple[str, str], asyncio.Task[Encoded]] = {}

    async def site(self, key: str) -> Published | None:
        """Return a site's files; None where nothing is published.

        Raises StorageError where the database does not answer and the site was not asked for before.
        """
        await self._check()
        number = self._numbers.get(key)
        known = self._sites.get(key)
        if number is None or (known and known[0] == number):
            return known[1] if known and number is not None else None
        try:
            found = await self._database.reading(published, key)
        except StorageError:
            if known is None:
                raise
            return known[1]
        self._sites[key] = (number, found)
        return found

    async def file(self, site: str, entry: Entry) -> Encoded:
        """Return a file in all encodings; of many who ask at once the first one loads it."""
        place = (site, entry.sha256)
        if place in self._files:
            self._files.move_to_end(place)
            return self._files[place]
        task = self._loading.get(place)
        if task is None:
            task = self._loading[place] = asyncio.create_task(self._load(site, entry))
            task.add_done_callback(lambda _: self._loading.pop(place, None))
        return await asyncio.shield(task)

    async def _check(self) -> None:
        """Look for new versions; where the database does not answer, what is known is served on.

        While somebody else looks, who comes is served what is known, and waits where nothing is.
        """
        now = self._now_s()
        task = self._checking
        if task is None:
            if now - self._checked_s < _RECHECK_S:
                return
            self._checked_s = now
            task = self._checking = asyncio.create_task(self._look())
        elif self._numbers:
            return
        await asyncio.shield(task)

    async def _look(self) -> None:
        try:
            self._numbers = await self._database.reading(publications.latest_numbers)
        except StorageError:
            if not self._numbers:
                self._checked_s = float("-inf")
                raise
        finally:
            self._checking = None

    async def _load(self, site: str, entry: Entry) -> Encoded:
        found = await self._database.run(self._read, site, entry)
        self._files[(site, entry.sha256)] = found
        self._bytes += _size(found)
        while self._bytes > self._most_bytes and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= _size(oldest)
        return found

    def _read(self, site: str, entry: Entry) -> Encoded:
        with self._database.read() as connection:
            found = publications.artefact(connection, site, entry.sha256)
        if found is None:
            raise StorageError(f"{entry.name} of {site} is not stored: put your backup of the database back")
        return encoded(entry.media_type, entry.sha256, found.content)


def published(connection: Connection, key: str) -> Published:
    """Return the files of a site that has a version."""
    versions = publications.versions_of(connection, key)
    newest = versions[0].manifest
    return Published(
        site=key,
        script=newest.script,
        variants={entry.regime: entry for entry in newest.of_role("variant")},
        regimes=newest.regimes,
        immutable={version.script_sha384: version.manifest.script for version in versions},
        parts={entry.name: entry for version in versions for entry in version.manifest.of_role("part")},
    )


def _size(found: Encoded) -> int:
    return sum(map(len, found.bodies.values()))
