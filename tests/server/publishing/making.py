"""A shop with its settings and scans, as it is before and after publishing."""

from typing import Any

import msgspec
import yaml

from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.report import Report
from consentinel.server.publications import Version
from consentinel.server.publishing.contents import Content, contents_of, manifest_of
from consentinel.server.publishing.draft import Draft, make_draft
from consentinel.server.publishing.release import Release, publish
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site
from tests.banner.typical_report import report_of, request
from tests.support.reports import make_finding

SITE = "https://www.shop.example/"
KEY = "www.shop.example"
PUBLIC = "https://consent.example"
NOW_MS = 1_790_000_000_000


def settings_text(site: str = SITE, **banner: Any) -> str:
    """Return a site's settings as YAML."""
    return yaml.safe_dump({"site": site, "banner": banner}, sort_keys=False)


def shop_report(*hosts: str) -> Report:
    """Return a report of the shop: Hotjar, and what else it loads from `hosts`."""
    hotjar = request("script.hotjar.com/a.js", "core:hotjar", category="performance", vendor="Hotjar")
    others = [request(f"{host}/x.js", category="targeting", vendor=host) for host in hosts]
    own = make_finding(host="shop.example", url=SITE)
    return msgspec.structs.replace(report_of(hotjar, own, *others), site=SITE)


def shop_draft(
    report: Report | None = None, *, public: str = PUBLIC, site: str = SITE, **banner: Any
) -> Draft:
    """Return what would be published of the shop."""
    document = Document("consentinel.yaml", settings_text(site, **banner).encode())
    return make_draft(document, report or shop_report(), [], public, scan_sha256="ab" * 32)


def release_of(
    draft: Draft, number: int = 1, *more: Content, by: str = "ann", public: str = PUBLIC
) -> Release:
    """Return a version that is ready to be published."""
    banner = draft.numbered(number)
    contents = [*contents_of(banner, public), *more]
    return Release(manifest_of(banner, number, draft.scan_sha256, contents), contents, by)


def add_site(database: Database, key: str = KEY, **banner: Any) -> None:
    """Make the server know the shop."""
    with database.write() as connection:
        save_site(connection, key, settings_text(f"https://{key}/", **banner), "file", NOW_MS)


def publish_shop(database: Database, ledger: Any, release: Release | None = None) -> Version:
    """Publish a version of the shop."""
    with database.write() as connection:
        return publish(connection, ledger, release or release_of(shop_draft()), NOW_MS)
