"""The published versions of a site's banner, what each looked like, and what the next one would change."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.scanner.errors import ConsentinelError
from consentinel.server import publications
from consentinel.server.admin.current import admin_only
from consentinel.server.dashboard.frames import SiteFrame, site_page
from consentinel.server.dashboard.pages import not_found
from consentinel.server.publishing.difference import Change, title_of
from consentinel.server.publishing.publisher import Wanted, prepared
from consentinel.server.state import services

_IMAGES = frozenset(("image/png", "image/jpeg", "image/webp"))
_MOST_SHOWN = 200


@admin_only
async def versions(request: Request) -> Response:
    """List the versions, above them what a new one would change."""
    public_url = services(request).settings.public_url

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        found = publications.versions_of(connection, frame.site.key)
        facts = _next(connection, frame.site.key, public_url)
        return {"heading": f"Versions of {frame.site.key}", "versions": found, **facts}

    return await site_page(request, "dashboard/versions.html", read, tab="versions")


@admin_only
async def version(request: Request) -> Response:
    """Show one version: its hashes, its artefacts, and what visitors saw."""
    number = request.path_params["number"]

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any] | None:
        found = publications.version_of(connection, frame.site.key, number)
        if found is None:
            return None
        return {"heading": f"Version {number} of {frame.site.key}", "version": found}

    return await site_page(request, "dashboard/version.html", read, tab="versions")


@admin_only
async def artefact(request: Request) -> Response:
    """Send an artefact: a screenshot as a picture, everything else as a file to keep."""
    site, digest = request.path_params["site"], request.path_params["sha256"]
    found = await services(request).database.reading(publications.artefact, site, digest)
    if found is None:
        return not_found(request, "artefact")
    is_image = found.media_type in _IMAGES
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": "inline" if is_image else f'attachment; filename="{digest[:16]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": found.media_type if is_image else "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.content, headers=headers)


def _next(connection: Connection, key: str, public_url: str) -> dict[str, Any]:
    """Return what publishing now would change, by section; or why it cannot be done."""
    try:
        found = prepared(connection, Wanted(key), public_url)
    except ConsentinelError as error:
        return {"changes": [], "count": 0, "obstacle": str(error), "asks_again": False}
    return {
        "changes": _sections(found.changes),
        "count": len(found.changes),
        "obstacle": "",
        "asks_again": found.asks_again,
    }


def _sections(changes: Sequence[Change]) -> list[tuple[str, list[Change], int]]:
    """Return title, the first changes and the number of all of them for each section."""
    grouped = [(section, list(found)) for section, found in groupby(changes, lambda change: change.section)]
    return [(title_of(section), found[:_MOST_SHOWN], len(found)) for section, found in grouped]
