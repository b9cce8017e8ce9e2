"""The ledger as the dashboard shows it: its trees, their checkpoints, what was erased, what is missing."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.server.admin.current import admin_only
from consentinel.server.dashboard.pages import not_found, page
from consentinel.server.dashboard.paging import page_number
from consentinel.server.errors import LedgerError
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.state import services
from consentinel.server.storage import tables

_A_PAGE = 100
_SHARDS = tables.shards.c
_CHECKPOINTS = tables.checkpoints.c
_RECORDS = tables.records.c


@admin_only
async def ledger(request: Request) -> Response:
    """Show the trees of all sites."""
    found = services(request)
    facts = await found.database.reading(_facts, page_number(request.query_params))
    return page(
        request,
        "dashboard/ledger.html",
        section="ledger",
        losses=found.history.losses,
        anchored_ms=await found.database.run(_anchored_ms, found.anchor),
        key_id=found.keys.key_id,
        **facts,
    )


@admin_only
async def checkpoint(request: Request) -> Response:
    """Send the newest checkpoint of a tree, as the signed note that other tools read."""
    note = await services(request).database.reading(_newest_note, request.path_params["shard"])
    if note is None:
        return not_found(request, "checkpoint")
    name = f"checkpoint-{request.path_params['shard']}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(note, media_type="text/plain; charset=utf-8", headers=headers)


def _anchored_ms(anchor: Anchor) -> int | None:
    """Return when something was anchored last; None also for a damaged anchor, which is told as a loss."""
    try:
        return anchor.remembered_ms()
    except LedgerError:
        return None


def _facts(connection: Connection, number: int) -> dict[str, Any]:
    total = connection.execute(sa.select(sa.func.count()).select_from(tables.shards)).scalar_one()
    newest = (
        sa.select(_CHECKPOINTS.shard_id, sa.func.max(_CHECKPOINTS.size).label("size"))
        .group_by(_CHECKPOINTS.shard_id)
        .subquery()
    )
    query = (
        sa.select(tables.shards, newest.c.size.label("signed"), _CHECKPOINTS.created_ms.label("signed_ms"))
        .outerjoin(newest, newest.c.shard_id == _SHARDS.id)
        .outerjoin(
            tables.checkpoints,
            sa.and_(_CHECKPOINTS.shard_id == _SHARDS.id, _CHECKPOINTS.size == newest.c.size),
        )
        .order_by(_SHARDS.period.desc(), _SHARDS.site, _SHARDS.generation.desc())
    )
    return {
        "shards": connection.execute(query.limit(_A_PAGE).offset((number - 1) * _A_PAGE)).all(),
        "number": number,
        "pages": max(1, -(-total // _A_PAGE)),
        "trees": total,
        "leaves": connection.execute(sa.select(sa.func.coalesce(sa.func.sum(_SHARDS.size), 0))).scalar_one(),
        "erased": _erased(connection),
    }


def _erased(connection: Connection) -> dict[str, int]:
    counted = sa.select(_RECORDS.erased, sa.func.count()).where(_RECORDS.erased.is_not(None))
    return {str(reason): count for reason, count in connection.execute(counted.group_by(_RECORDS.erased))}


def _newest_note(connection: Connection, shard_id: int) -> str | None:
    notes = sa.select(_CHECKPOINTS.note).where(_CHECKPOINTS.shard_id == shard_id)
    found: str | None = connection.execute(notes.order_by(_CHECKPOINTS.size.desc()).limit(1)).scalar()
    return found
