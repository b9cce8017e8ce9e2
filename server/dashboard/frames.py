"""What every page of one site shows: the site, its latest scan, and how much waits for review."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from consentinel.scanner.report import Report
from consentinel.scanner.site_rules import SiteRules
from consentinel.server.dashboard.pages import not_found, page, root_of, seen_again
from consentinel.server.dashboard.queue import Queue, queue_of
from consentinel.server.overriding import overridden, rules_of
from consentinel.server.state import services
from consentinel.server.storage.overrides import Override, overrides_of
from consentinel.server.storage.scans import ScanRow, approved_scan, latest_report, list_scans
from consentinel.server.storage.sites import Site, load_site

# What has been done, as the page that follows says it; the address only carries the key.
_DONE = {
    "approved": "The scan is approved. Publish a new version of the banner for it to take effect there.",
    "uploaded": "The report is stored.",
    "known": "This report was stored before.",
    "decided": "The decisions are stored. Publish a new version of the banner for it to follow them.",
    "removed": "The decision is taken back.",
    "settings": "The settings are stored. Publish a new version of the banner for them to take effect.",
    "added": "The site is added.",
}


@dataclass(frozen=True, kw_only=True)
class SiteFrame:
    """A site as its pages see it. report: the latest, decided; approved: the scan that counts.

    rules: what the settings decide by themselves.
    """

    site: Site
    scan: ScanRow | None
    report: Report | None
    approved: ScanRow | None
    overrides: tuple[Override, ...]
    rules: SiteRules

    def decided(self, report: Report) -> Report:
        """Return a report of the site as its overrides and its settings decide it."""
        return self.rules.applied_to(overridden(report, self.overrides))

    @cached_property
    def queue(self) -> Queue:
        """What waits for review."""
        return queue_of(self.report) if self.report else Queue()


# What a frame is made from: the site, the number of its latest scan, the decisions.
# Writers compare it, as no frame is made while the database is held.
TRIES = 3
Stamp = tuple[Site | None, int, tuple[Override, ...]]
Reading = Callable[[Connection, SiteFrame], Mapping[str, Any] | None]


def site_frame(connection: Connection, key: str, public_url: str) -> SiteFrame | None:
    """Return a site with what its pages show; None where there is no such site.

    public_url: where browsers reach this server.
    """
    site = load_site(connection, key)
    if site is None:
        return None
    latest = latest_report(connection, key)
    frame = SiteFrame(
        site=site,
        scan=latest[0] if latest else None,
        report=None,
        approved=approved_scan(connection, key),
        overrides=tuple(overrides_of(connection, key)),
        rules=rules_of(site.settings, public_url),
    )
    return replace(frame, report=frame.decided(latest[1])) if latest else frame


def stamp_of(connection: Connection, key: str) -> Stamp:
    """Return what a frame is made from, without making it: where two are equal, nothing has changed."""
    newest = list_scans(connection, key, 1)
    return load_site(connection, key), newest[0].id if newest else 0, tuple(overrides_of(connection, key))


async def site_page(
    request: Request, template: str, reading: Reading, *, tab: str, status_code: int = 200, problem: str = ""
) -> HTMLResponse:
    """Return a page of the site in the address, with what `reading` finds; it and None are "not found"."""
    public_url = services(request).settings.public_url

    def read(connection: Connection) -> Mapping[str, Any] | None:
        frame = site_frame(connection, request.path_params["site"], public_url)
        found = reading(connection, frame) if frame else None
        if frame is None or found is None:
            return None
        return {"site": frame.site, "approved": frame.approved, "waiting": frame.queue.waiting, **found}

    facts = await services(request).database.reading(read)
    if facts is None:
        return not_found(request, "page")
    told = "" if problem else _DONE.get(request.query_params.get("done", ""), "")
    here = f"{root_of(request)}admin/sites/{quote(request.path_params['site'], safe='')}"
    shown = {"here": here, "tab": tab, "section": "sites", "told": told, "problem": problem, **facts}
    sites = services(request).sites
    shown["unreadable"] = sites.unreadable.get(request.path_params["site"], "")
    shown["file_problem"] = sites.file_problem
    return page(request, template, status_code, **shown)


def back_to(request: Request, place: str = "", *, done: str) -> RedirectResponse:
    """Send the browser to a page of the site in the address, which says what was done."""
    key = quote(request.path_params["site"], safe="")
    return seen_again(request, f"admin/sites/{key}{place}?done={done}")
