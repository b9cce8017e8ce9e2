"""The sites as the web process sees them: in memory, so that no request asks the database for a setting."""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from consentinel.banner.regimes import regimes
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.errors import ConsentinelError
from consentinel.scanner.party import same_site
from consentinel.server import publications
from consentinel.server.origins import Origins, domains_above, origin_of, origins_of
from consentinel.server.storage.sites import Site, all_sites


@dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """A published banner: its hashes, which an event names, and the fingerprint of what it asks for."""

    banner_hash: str
    bundle_hash: str
    purposes: str


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """What requests for one site need to know.

    origins: those whose pages may read and post choices (T15). secure: whether its pages come by https.
    cookie_domain: '' for cookies of the host alone. purposes: the fingerprint of the latest published banner,
    '' where none is published. days: how long an answer lasts, by regime. versions: published banners by
    number, as text. settings: the draft, from which the next banner is made.
    """

    key: str
    origins: Origins
    secure: bool
    cookie_domain: str
    purposes: str = ""
    days: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, VersionFacts] = field(default_factory=dict)
    settings: BannerSettings = field(repr=False)


class SiteDirectory:
    """All sites by key; `refresh` reads what has changed, also by other processes.

    file_problem: why a settings file that the server watches cannot be read, '' where all can.
    """

    def __init__(self, public_url: str) -> None:
        """Start empty. public_url: where browsers reach this server."""
        self.file_problem = ""
        self._public = urlsplit(public_url)
        self._refreshing = threading.Lock()
        self._rows: dict[str, tuple[Site, int | None]] = {}
        self._sites: Mapping[str, SiteFacts] = MappingProxyType({})
        self._by_origin: Mapping[str, SiteFacts] = {}
        self._by_domain: Mapping[str, SiteFacts] = {}
        self._unreadable: Mapping[str, str] = MappingProxyType({})

    def get(self, key: str) -> SiteFacts | None:
        """Return a site; None where there is none of that name."""
        return self._sites.get(key)

    def of_origin(self, origin: str) -> SiteFacts | None:
        """Return the site whose pages have this origin, the nearest where there are several."""
        if site := self._by_origin.get(origin):
            return site
        found = (self._by_domain.get(domain) for domain in domains_above(origin))
        return next((site for site in found if site and origin in site.origins), None)

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Why the settings of a site cannot be read, by key; empty where all can."""
        return self._unreadable

    @property
    def keys(self) -> list[str]:
        """The keys of all sites, sorted."""
        return sorted(self._sites)

    def knows(self, origin: str) -> bool:
        """Say whether pages of an origin belong to one of the sites."""
        return self.of_origin(origin) is not None

    def is_above(self, address: str) -> bool:
        """Say whether an address is a path of one of the sites, so that pages there are of its origin."""
        return bool(urlsplit(address).path) and origin_of(address) in self._by_origin

    def shares_cookies(self, origin: str) -> bool:
        """Say whether pages of an origin may send cookies along: known, and the same site as this server.

        Schemes are compared too: https://html.spec.whatwg.org/multipage/browsers.html#same-site.
        """
        other = urlsplit(origin)
        return (
            self.knows(origin)
            and other.scheme == self._public.scheme
            and same_site(other.hostname or "", self._public.hostname or "")
        )

    def refresh(self, connection: Connection) -> bool:
        """Read the sites again where something has changed; say whether it has.

        A site whose settings have become unreadable stays as it was, and takes no other down.
        """
        with self._refreshing:
            numbers = publications.latest_numbers(connection)
            rows = {site.key: (site, numbers.get(site.key)) for site in all_sites(connection)}
            changed = [row for key, row in rows.items() if self._rows.get(key) != row]
            if not changed and rows.keys() == self._rows.keys():
                return False
            self._take_over(connection, rows.keys(), [site for site, _ in changed])
            self._rows = rows
            return True

    def _take_over(self, connection: Connection, keys: Collection[str], changed: Iterable[Site]) -> None:
        sites = {key: facts for key, facts in self._sites.items() if key in keys}
        unreadable = {key: why for key, why in self._unreadable.items() if key in keys}
        for site in changed:
            unreadable.pop(site.key, None)
            try:
                sites[site.key] = site_facts(connection, site)
            except ConsentinelError as error:
                unreadable[site.key] = str(error)
        self._unreadable = MappingProxyType(unreadable)
        self._replace(sites)

    def _replace(self, sites: dict[str, SiteFacts]) -> None:
        found = sites.values()
        by_domain = {site.origins.domain: site for site in found if site.origins.domain}
        self._by_domain = by_domain
        self._by_origin = by_domain | {site.origins.exact: site for site in found}
        self._sites = MappingProxyType(sites)


def site_facts(connection: Connection, site: Site) -> SiteFacts:
    """Return what is known of a site. Raises BannerError where its settings cannot be read."""
    settings = parse_settings(site.settings.encode(), f"settings of {site.key}")
    published = publications.versions_of(connection, site.key)
    days = {regime.id: regime.days for regime in regimes()}
    purposes, cookie_domain = "", settings.cookie_domain
    if published:
        manifest = published[0].manifest
        purposes, cookie_domain = manifest.purposes, manifest.cookie_domain
        days |= {regime.id: regime.days for regime in manifest.regimes}
    return SiteFacts(
        key=site.key,
        origins=origins_of(settings.site, cookie_domain),
        secure=settings.site.startswith("https:"),
        cookie_domain=cookie_domain,
        purposes=purposes,
        days=days,
        versions=_version_facts(published),
        settings=settings,
    )


def _version_facts(published: Iterable[publications.Version]) -> dict[str, VersionFacts]:
    return {
        str(version.number): VersionFacts(
            banner_hash=version.banner_hash,
            bundle_hash=version.bundle_hash,
            purposes=version.manifest.purposes,
        )
        for version in published
    }
