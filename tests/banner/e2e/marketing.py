"""The marketing site with its banner: scanned as it is, built from that scan, and with the tag put in."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Report
from tests.sites.marketing_site import START, marketing_app
from tests.support.banner import built
from tests.support.scanning import scan_url
from tests.support.sites import SCRIPT, Site
from tests.support.tls import make_tls_files

SETTINGS: dict[str, Any] = {
    "site": START,
    "controller": "Northwind Tents Ltd, 1 Ridge Road, Keswick",
    "links": {"privacy": "/privacy"},
    "signals": {"google": "basic", "data_layer": True},
}
TAG = '<script src="/consentinel.js"></script>'


@cache
def bare_report() -> Report:
    """Return a scan of the site without a banner: what its banner is built from.

    In a thread of its own, since Playwright's sync API keeps a loop running in that of the tests.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_scan).result()


def _scan() -> Report:
    site = marketing_app()
    files = make_tls_files(Path(mkdtemp(prefix="consentinel-tls-")), site.hosts)
    with LoopbackServer(site, tls=files) as server:
        return scan_url(server, site.start).report


def with_banner(site: Site, files: dict[str, bytes]) -> Site:
    """Serve the banner's files from the site's own host."""
    for name, content in files.items():
        if name.endswith(".js"):
            site.add(f"/{name}", content, content_type=SCRIPT)
    return site


def gated_marketing_app(head: str = TAG, **settings: Any) -> Site:
    """Return the site with the banner built from its scan; `settings` go over SETTINGS."""
    return with_banner(marketing_app(head), built({**SETTINGS, **settings}, bare_report()))
