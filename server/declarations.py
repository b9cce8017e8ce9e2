"""Declarations of sites, made from what is approved now and kept in memory until that changes."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlalchemy.engine import Connection

from consentinel.banner import regimes
from consentinel.banner.declaration import declare
from consentinel.banner.errors import BannerError
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.site_rules import SiteRules
from consentinel.server import declaring, publications
from consentinel.server.errors import StorageError
from consentinel.server.overriding import overridden, override_document, rules_of
from consentinel.server.static_files import version_of
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, overrides_of
from consentinel.server.storage.scans import approved_scan, load_scan
from consentinel.server.storage.sites import load_site

Kind = Literal["page", "fragment", "json"]
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Origin:
    """All that a declaration is made from: where two are equal, it is the same.

    scan_id: the approved report. rules: what the settings decide by themselves.
    choice_days: how long the published banner keeps a choice, 0 without one.
    """

    key: str
    scan_id: int
    overrides: tuple[Override, ...]
    rules: SiteRules
    locales: tuple[str, ...]
    choice_days: int


@dataclass(frozen=True)
class Rendered:
    """A declaration as it is sent. etag: as the header has it."""

    body: bytes
    etag: str


Renderings = Mapping[Kind, Rendered]


class Declarations:
    """The declarations that were asked for last, rendered; in the memory of one process, for one event loop.

    One is kept for each site and language, as long as the site stands as it did.
    """

    def __init__(self, database: Database, *, most_bytes: int = _MOST_BYTES) -> None:
        """Start empty. most_bytes: of all that is kept; the newest one is kept in any case."""
        self._database = database
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str], tuple[Origin, Renderings]] = OrderedDict()
        self._bytes = 0
        self._making: dict[tuple[Origin, str], asyncio.Task[Renderings]] = {}

    async def rendered(self, origin: Origin, locale: str) -> Renderings:
        """Return a declaration in a language; of many who ask at once the first one has it made.

        Raises StorageError where the scan cannot be read.
        """
        kept = self._kept.get((origin.key, locale))
        if kept and kept[0] == origin:
            self._kept.move_to_end((origin.key, locale))
            return kept[1]
        task = self._making.get((origin, locale))
        if task is None:
            task = self._making[origin, locale] = asyncio.create_task(self._make(origin, locale))
            task.add_done_callback(lambda _: self._making.pop((origin, locale), None))
        return await asyncio.shield(task)

    def __len__(self) -> int:
        return len(self._kept)

    async def _make(self, origin: Origin, locale: str) -> Renderings:
        made = await self._database.run(_rendered, self._database, origin, locale)
        self._forget((origin.key, locale))
        self._kept[origin.key, locale] = origin, made
        self._bytes += _size(made)
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))
        return made

    def _forget(self, place: tuple[str, str]) -> None:
        if place in self._kept:
            self._bytes -= _size(self._kept.pop(place)[1])


def origin_of(connection: Connection, key: str, public_url: str) -> Origin | None:
    """Return what a site's declaration is made from; None where nothing is approved.

    public_url: where browsers reach this server.
    """
    site, scan = load_site(connection, key), approved_scan(connection, key)
    if site is None or scan is None:
        return None
    return Origin(
        key=key,
        scan_id=scan.id,
        overrides=tuple(overrides_of(connection, key)),
        rules=rules_of(site.settings, public_url),
        locales=_locales(site.settings),
        choice_days=_choice_days(connection, key),
    )


def longest_choice(settings: BannerSettings) -> int:
    """Return how many days a banner with these settings keeps a choice at most."""
    return max(int(row["days"]) for row in regimes.compiled(settings.regime))


def _rendered(database: Database, origin: Origin, locale: str) -> Renderings:
    """Make a declaration, outside of the transaction that reads its scan."""
    with database.read() as connection:
        found = load_scan(connection, origin.key, origin.scan_id)
    if found is None:
        raise StorageError(f"the approved scan of {origin.key} is gone: approve another one")
    catalogue = load_catalogue([override_document(origin.overrides)])
    report = origin.rules.applied_to(overridden(found[1], origin.overrides))
    declaration = declare(report, catalogue, locale=locale, choice_days=origin.choice_days)
    place = {"key": origin.key, "locales": origin.locales, "root": "../"}
    return {
        "page": _sent(declaring.page(declaration, asset=version_of("consentinel.css"), **place).encode()),
        "fragment": _sent(declaring.fragment(declaration).encode()),
        "json": _sent(declaring.encoded(declaration)),
    }


def _sent(body: bytes) -> Rendered:
    return Rendered(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _size(made: Renderings) -> int:
    return sum(len(one.body) for one in made.values())


@lru_cache(maxsize=200)
def _locales(settings: str) -> tuple[str, ...]:
    try:
        return parse_settings(settings.encode(), "settings").locales
    except BannerError:
        return ("en",)


def _choice_days(connection: Connection, key: str) -> int:
    published = publications.latest(connection, key)
    return max((regime.days for regime in published.manifest.regimes), default=0) if published else 0
