"""All sites: how each stands, and what it waits for."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.scanner.verdict import Tally, Verdict, judge, tallies
from consentinel.server import publications
from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import admin_only, checked_form
from consentinel.server.clock import DAY_MS
from consentinel.server.dashboard.frames import SiteFrame, site_frame
from consentinel.server.dashboard.opt_in import LEAST_ANSWERS
from consentinel.server.dashboard.pages import page, seen_again
from consentinel.server.dashboard.paging import page_number
from consentinel.server.dashboard.site_settings import SettingsError, checked_settings, new_settings
from consentinel.server.state import services
from consentinel.server.storage.rates import day_counts
from consentinel.server.storage.sites import all_sites, load_site, save_site

_A_PAGE = 30
_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class SiteLine:
    """A site in the list. tallies: of the categories that the latest scan has findings of.

    rate: percent of the answers of 30 days that grant something; None for too few.
    """

    key: str
    source: str
    verdict: Verdict | None
    tallies: tuple[Tally, ...]
    scanned_ms: int | None
    is_approved: bool
    waiting: int
    version: int | None
    published_ms: int | None
    answers: int
    rate: float | None


@admin_only
async def overview(request: Request) -> Response:
    """List the sites."""
    return await _overview(request)


@admin_only
async def add_site(request: Request) -> Response:
    """Add a site by its address; its settings are then changed in the dashboard."""
    form = await checked_form(request)
    address = str(form.get("address", ""))
    try:
        text, key = await to_thread.run_sync(_new, address)
        await services(request).database.writing(_add, request, key, text)
    except SettingsError as error:
        return await _overview(request, f"{error}", address[:300])
    await services(request).database.reading(services(request).sites.refresh)
    return seen_again(request, f"admin/sites/{quote(key, safe='')}/banner?done=added")


async def _overview(request: Request, problem: str = "", address: str = "") -> Response:
    found = services(request)
    today = found.clock() // DAY_MS
    facts = await found.database.reading(
        _facts, page_number(request.query_params), today, found.settings.public_url
    )
    return page(
        request,
        "dashboard/overview.html",
        422 if problem else 200,
        section="sites",
        problem=problem,
        address=address,
        losses=found.history.losses,
        unreadable=found.sites.unreadable,
        file_problem=found.sites.file_problem,
        **facts,
    )


def _facts(connection: Connection, number: int, today: int, public_url: str) -> dict[str, Any]:
    sites = all_sites(connection)
    first = (number - 1) * _A_PAGE
    shown = [site.key for site in sites[first : first + _A_PAGE]]
    frames = [frame for key in shown if (frame := site_frame(connection, key, public_url))]
    return {
        "lines": [_line(connection, frame, today) for frame in frames],
        "total": len(sites),
        "number": number,
        "pages": max(1, -(-len(sites) // _A_PAGE)),
        "least": LEAST_ANSWERS,
    }


def _line(connection: Connection, frame: SiteFrame, today: int) -> SiteLine:
    key = frame.site.key
    published = publications.latest(connection, key)
    counts = day_counts(connection, key, "regime", today - _DAYS + 1, today)
    answers, some = sum(row.answers for row in counts), sum(row.some for row in counts)
    return SiteLine(
        key=key,
        source=frame.site.source,
        verdict=judge(frame.report) if frame.report else None,
        tallies=_tallies(frame),
        scanned_ms=frame.scan.received_ms if frame.scan else None,
        is_approved=bool(frame.scan and frame.approved and frame.scan.id == frame.approved.id),
        waiting=frame.queue.waiting,
        version=published.number if published else None,
        published_ms=published.published_ms if published else None,
        answers=answers,
        rate=100 * some / answers if answers >= LEAST_ANSWERS else None,
    )


def _tallies(frame: SiteFrame) -> tuple[Tally, ...]:
    """Return how many findings the latest scan has of each category that it has any of."""
    return tuple(tally for tally in tallies(frame.report.findings) if tally.total) if frame.report else ()


def _new(address: str) -> tuple[str, str]:
    """Return the settings of a site that is to be added, and its key."""
    text = new_settings(address)
    return text, checked_settings(text, None).host


def _add(connection: Connection, request: Request, key: str, text: str) -> None:
    if load_site(connection, key) is not None:
        raise SettingsError(f"{key} is in the list already")
    save_site(connection, key, text, "dashboard", services(request).clock())
    audit(request, connection, key, "add-site")
