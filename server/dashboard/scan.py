"""A scan of a site: the latest one, or any that is stored."""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.errors import BannerError
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner import report as reports
from consentinel.scanner.catalogue.taxonomy import KINDS
from consentinel.scanner.rendering.html import matrix_of
from consentinel.scanner.report import Report
from consentinel.scanner.verdict import judge, tallies
from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import admin_only, checked_form, current_user
from consentinel.server.dashboard.finding_filters import Filters, category_choices, filters_of, shown_findings
from consentinel.server.dashboard.frames import SiteFrame, back_to, site_page
from consentinel.server.dashboard.pages import not_found
from consentinel.server.state import services
from consentinel.server.storage.scans import ScanRow, approve_scan, load_scan


@admin_only
async def latest(request: Request) -> Response:
    """Show the site's latest scan."""
    filters = filters_of(request.query_params)

    def read(_connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        if frame.scan is None or frame.report is None:
            return {"heading": frame.site.key, "scan": None, "address": address_of(frame)}
        return {"heading": frame.site.key, **_scan_facts(frame, frame.scan, frame.report, filters)}

    return await site_page(request, "dashboard/scan.html", read, tab="scan")


@admin_only
async def one(request: Request) -> Response:
    """Show a stored scan."""
    scan_id, filters = request.path_params["scan"], filters_of(request.query_params)

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any] | None:
        found = load_scan(connection, frame.site.key, scan_id)
        if found is None:
            return None
        scan, report = found
        return {"heading": f"Scan {scan.id}", **_scan_facts(frame, scan, frame.decided(report), filters)}

    return await site_page(request, "dashboard/scan.html", read, tab="scans")


@admin_only
async def download(request: Request) -> Response:
    """Send a stored report as it came."""
    site, scan_id = request.path_params["site"], request.path_params["scan"]
    found = await services(request).database.reading(load_scan, site, scan_id)
    if found is None:
        return not_found(request, "scan")
    name = f"report-{scan_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(reports.encode(found[1]), media_type="application/json", headers=headers)


@admin_only
async def approve(request: Request) -> Response:
    """Approve a stored scan for the banner and the declaration."""
    await checked_form(request)
    site, scan_id = request.path_params["site"], request.path_params["scan"]
    user = current_user(request)

    def write(connection: Connection) -> bool:
        by = user.name if user else ""
        done = approve_scan(connection, site, scan_id, by, services(request).clock())
        if done:
            audit(request, connection, site, "approve-scan", f"scan {scan_id}")
        return done

    if not await services(request).database.writing(write):
        return not_found(request, "scan")
    return back_to(request, f"/scans/{scan_id}", done="approved")


def address_of(frame: SiteFrame) -> str:
    """Return the site's address, as far as its settings can be read."""
    try:
        return parse_settings(frame.site.settings.encode(), "settings").site
    except BannerError:
        return f"https://{frame.site.key}/"


def _scan_facts(frame: SiteFrame, scan: ScanRow, report: Report, filters: Filters) -> dict[str, Any]:
    return {
        "scan": scan,
        "report": report,
        "is_approved": frame.approved is not None and frame.approved.id == scan.id,
        "judged": judge(report),
        "tallies": tallies(report.findings),
        "matrix": matrix_of(report),
        "listed": shown_findings(report.findings, filters),
        "filters": filters,
        "finding_page": lambda number: f"?{filters.query(number)}#findings",
        "categories": category_choices(),
        "states": [visit.state for visit in report.states],
        "kinds": [kind for kind in KINDS if any(finding.kind == kind for finding in report.findings)],
        "page_urls": list(dict.fromkeys(visit.url for visit in report.pages)),
    }
