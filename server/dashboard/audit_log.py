"""What admins did, what was published and what was erased: the records of the ledger that are no consents."""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.server.admin.audit import NO_SITE
from consentinel.server.admin.current import admin_only
from consentinel.server.dashboard.pages import page
from consentinel.server.dashboard.paging import page_number
from consentinel.server.state import services
from consentinel.server.storage import tables

_A_PAGE = 100
_RECORDS = tables.records.c
_PAYLOADS = tables.payloads.c
_KINDS = ("audit", "publication", "tombstone")


@dataclass(frozen=True, kw_only=True)
class Act:
    """One record. what: its type in words; by: who did it, as the event says; '' where it does not."""

    record_id: str
    received_ms: int
    site: str
    what: str
    by: str
    detail: str


@admin_only
async def audit_log(request: Request) -> Response:
    """List the acts, the newest first."""
    number, site = (
        page_number(request.query_params),
        request.query_params.get("site", "")[:253].replace("\0", ""),
    )
    facts = await services(request).database.reading(_facts, number, site)
    return page(request, "dashboard/audit.html", section="audit", **facts)


def _facts(connection: Connection, number: int, site: str) -> dict[str, Any]:
    of_site = (_RECORDS.site == site,) if site else ()
    wanted = (_RECORDS.kind.in_(_KINDS), *of_site)
    total = connection.execute(sa.select(sa.func.count()).select_from(tables.records).where(*wanted))
    query = (
        sa.select(tables.records, _PAYLOADS.event)
        .outerjoin(tables.payloads, _PAYLOADS.record_id == _RECORDS.id)
        .where(*wanted)
        .order_by(_RECORDS.seq.desc())
        .limit(_A_PAGE)
        .offset((number - 1) * _A_PAGE)
    )
    sites = sa.select(_RECORDS.site).where(_RECORDS.kind.in_(_KINDS)).distinct().order_by(_RECORDS.site)
    return {
        "acts": [_act(row) for row in connection.execute(query)],
        "number": number,
        "pages": max(1, -(-total.scalar_one() // _A_PAGE)),
        "site": site,
        "no_site": NO_SITE,
        "sites": connection.execute(sites).scalars().all(),
    }


def _act(row: sa.Row[Any]) -> Act:
    event = msgspec.json.decode(row.event) if row.event else {}
    return Act(
        record_id=row.id.hex(),
        received_ms=row.received_ms,
        site=row.site,
        what=_what(row.kind, event.get("action") or row.type),
        by=str(event.get("by", "")),
        detail=_detail(row.kind, event),
    )


def _what(kind: str, name: str) -> str:
    if kind == "publication":
        return "version published"
    return "records erased" if kind == "tombstone" else name.replace("-", " ")


def _detail(kind: str, event: dict[str, Any]) -> str:
    if kind == "publication":
        return f"version {event.get('version', '?')}"
    if kind == "tombstone":
        number = sum(last - first + 1 for first, last in event.get("positions", ()))
        return f"{number} of {event.get('origin', '?')}: {event.get('reason', '?')}"
    return str(event.get("detail", ""))
