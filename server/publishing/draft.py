"""What would be published now: a site's settings, its approved scan and the overrides, compiled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from consentinel.banner.bundles import packaged_bundles
from consentinel.banner.compile import Banner
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.config_file import SECTIONS
from consentinel.scanner.party import same_site
from consentinel.scanner.report import Report, encode
from consentinel.scanner.site_rules_file import parse_rules
from consentinel.server.errors import ServerError
from consentinel.server.origins import origin_of
from consentinel.server.overriding import overridden, override_document
from consentinel.server.storage.overrides import Override, overrides_of
from consentinel.server.storage.scans import approved_report
from consentinel.server.storage.sites import load_site


@dataclass(frozen=True)
class Draft:
    """A banner that could be published. site: its key. scan_sha256: of the report, '' for none."""

    site: str
    banner: Banner
    scan_sha256: str

    def numbered(self, number: int) -> Banner:
        """Return the banner as version `number`, which its script tells the consent API."""
        return replace(self.banner, version=str(number))


def draft_of(
    connection: Connection,
    key: str,
    public_url: str,
    *,
    settings: Document | None = None,
    report: Report | None = None,
) -> Draft:
    """Return what would be published of a site, from its settings and the scan that was approved last.

    settings, report: what counts in their place. Raises ServerError for an unknown site and for a report of
    another one, and InputError `FILE:LINE: …` for settings that are wrong; those in the database are called
    by the site's key.
    """
    if report and not same_site(urlsplit(report.site).hostname or "", key):
        raise ServerError(f"the report is about {report.site}: give one of {key}")
    scan, approved = approved_report(connection, key) or (None, None)
    approved_sha256 = scan.sha256 if scan else ""
    return make_draft(
        settings or _stored(connection, key),
        report or approved,
        overrides_of(connection, key),
        public_url,
        scan_sha256=hashlib.sha256(encode(report)).hexdigest() if report else approved_sha256,
    )


def make_draft(
    settings: Document,
    report: Report | None,
    overrides: Sequence[Override],
    public_url: str,
    *,
    scan_sha256: str = "",
) -> Draft:
    """Return what these settings make of a report. settings: with the name for complaints; see `draft_of`."""
    found = completed(parse_settings(settings.data, settings.name), public_url)
    rules = parse_rules(settings.data, settings.name, public_url)
    documents = [*_own_entries(settings), override_document(overrides)]
    banner = Banner(
        settings=found,
        report=rules.applied_to(overridden(report, overrides)) if report else None,
        catalogue=load_catalogue(documents),
        bundles=packaged_bundles(),
    )
    return Draft(found.host, banner, scan_sha256)


def completed(settings: BannerSettings, public_url: str) -> BannerSettings:
    """Return the settings with this server's addresses where they name none.

    Where the server is reached through the site's own host, it also keeps the answer by HTTP.
    """
    is_same_origin = origin_of(settings.site) == origin_of(public_url)
    return replace(
        settings,
        api=settings.api or public_url,
        base=settings.base or f"{public_url}/b/{settings.host}",
        keep=settings.keep or (f"{urlsplit(public_url).path}/v1/keep" if is_same_origin else ""),
    )


def _stored(connection: Connection, key: str) -> Document:
    site = load_site(connection, key)
    if site is None:
        raise ServerError(f"no site {key!r} here: add it to consentinel.yaml or in the dashboard")
    return Document(key, site.settings.encode())


def _own_entries(settings: Document) -> list[Document]:
    section = section_of(settings.data, settings.name, "catalogue", SECTIONS)
    return [] if section is None else [Document(settings.name, section)]
