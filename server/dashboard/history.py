"""The scans of a site over time: the list, the upload, and what changed between two of them."""

from typing import Any

from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.errors import BannerError
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner import report as reports
from consentinel.scanner.catalogue.facts import host_of
from consentinel.scanner.diff import Diff, diff_reports
from consentinel.scanner.errors import InputError, ReportError
from consentinel.scanner.rendering.diffs import sections_of
from consentinel.scanner.report import Report
from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import admin_only, checked_form
from consentinel.server.dashboard.frames import SiteFrame, back_to, site_page
from consentinel.server.dashboard.paging import page_number
from consentinel.server.state import services
from consentinel.server.storage.scans import (
    Packed,
    ScanRow,
    count_scans,
    list_scans,
    load_scan,
    packed,
    save_packed,
)
from consentinel.server.storage.sites import Site, load_site

MAX_REPORT = 32 * 1024 * 1024
_A_PAGE = 50


@admin_only
async def history(request: Request) -> Response:
    """List the stored scans of a site."""
    return await _history(request)


@admin_only
async def upload(request: Request) -> Response:
    """Store an uploaded report: JSON of at most 32 MB, of this site."""
    form = await checked_form(request, max_bytes=MAX_REPORT + 65_536)
    try:
        report = await to_thread.run_sync(reports.decode, await _uploaded(form))
        packed = await to_thread.run_sync(_packed_of_site, report, await _site(request))
        place = await services(request).database.writing(_store, request, packed)
    except InputError as error:
        return await _history(request, problem=str(error))
    finally:
        await form.close()
    return back_to(request, place[0], done=place[1])


@admin_only
async def compare(request: Request) -> Response:
    """Show what changed between two stored scans."""
    try:
        return await site_page(request, "dashboard/diff.html", _diff_reading(request), tab="scans")
    except ReportError as error:
        return await _history(request, problem=str(error))


async def _history(request: Request, problem: str = "") -> Response:
    number = page_number(request.query_params)

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        key = frame.site.key
        return {
            "heading": f"Scans of {key}",
            "scans": list_scans(connection, key, _A_PAGE, (number - 1) * _A_PAGE),
            "number": number,
            "pages": max(1, -(-count_scans(connection, key) // _A_PAGE)),
        }

    status = 422 if problem else 200
    return await site_page(
        request, "dashboard/history.html", read, tab="scans", status_code=status, problem=problem
    )


async def _uploaded(form: FormData) -> bytes:
    file = form.get("report")
    if not isinstance(file, UploadFile) or not file.size:
        raise ReportError("no file was chosen: choose the JSON that `consentinel scan -o report.json` wrote")
    if file.size > MAX_REPORT:
        raise ReportError("the report is larger than 32 MB: scan fewer pages at once")
    return await file.read()


async def _site(request: Request) -> Site:
    site = await services(request).database.reading(load_site, request.path_params["site"])
    if site is None:
        raise ReportError("there is no such site: add it first")
    return site


def _packed_of_site(report: Report, site: Site) -> Packed:
    """Return a report as it is stored; raises ReportError for one of another site."""
    is_address = report.site.startswith(("https://", "http://"))
    if not is_address or host_of(report.site) not in _hosts(site.settings, site.key):
        raise ReportError(f"this is a report of {report.site[:200]}, not of {site.key}: upload it there")
    return packed(report)


def _store(connection: Connection, request: Request, report: Packed) -> tuple[str, str]:
    """Store a report of the site in the address; return where it is shown, and what was done."""
    key, now = request.path_params["site"], services(request).clock()
    scan = save_packed(connection, key, report, now)
    if scan.received_ms != now:
        return f"/scans/{scan.id}", "known"
    audit(request, connection, key, "upload-scan", f"scan {scan.id}")
    return f"/scans/{scan.id}", "uploaded"


def _hosts(settings: str, key: str) -> set[str]:
    """Return the hosts of which a report is one of this site, with and without `www.`."""
    try:
        found = {key, parse_settings(settings.encode(), "settings").host}
    except BannerError:
        found = {key}
    bare = {host.removeprefix("www.") for host in found}
    return bare | {f"www.{host}" for host in bare}


def _diff_reading(request: Request) -> Any:
    old_id, new_id = (_id(request.query_params.get(name, "")) for name in ("old", "new"))

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any] | None:
        sides = [load_scan(connection, frame.site.key, scan_id) for scan_id in (old_id, new_id)]
        if sides[0] is None or sides[1] is None:
            return None
        (old, old_report), (new, new_report) = sides[0], sides[1]
        diff = diff_reports(frame.decided(old_report), frame.decided(new_report))
        return _diff_facts(diff, old, new)

    return read


def _diff_facts(diff: Diff, old: ScanRow, new: ScanRow) -> dict[str, Any]:
    shown = [section for section in sections_of(diff) if section.rows]
    heading = f"From scan {old.id} to scan {new.id}"
    return {"heading": heading, "diff": diff, "old": old, "new": new, "sections": shown}


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
