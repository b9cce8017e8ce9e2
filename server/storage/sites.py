"""The sites that the server serves, each with its settings."""

from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.storage.tables import sites
from consentinel.server.storage.upsert import insert

Source = Literal["file", "dashboard"]


@dataclass(frozen=True, kw_only=True)
class Site:
    """One site.

    key: its host, the `site` of a posted choice. settings: YAML with `site:`, `banner:`, `catalogue:`.
    source: "file" where consentinel.yaml is the master, which the dashboard does not change.
    """

    key: str
    settings: str
    source: Source
    created_ms: int
    updated_ms: int


def load_site(connection: Connection, key: str) -> Site | None:
    """Return a site; None where there is none of that name."""
    row = connection.execute(sa.select(sites).where(sites.c.key == key)).one_or_none()
    return None if row is None else _site(row)


def all_sites(connection: Connection) -> list[Site]:
    """Return all sites, by key."""
    return [_site(row) for row in connection.execute(sa.select(sites).order_by(sites.c.key))]


def save_site(connection: Connection, key: str, settings_yaml: str, source: Source, now: int) -> None:
    """Make a site or replace its settings. now: in ms since 1970."""
    made = insert(connection, sites).values(
        key=key, settings=settings_yaml, source=source, created_ms=now, updated_ms=now
    )
    changed = {"settings": settings_yaml, "source": source, "updated_ms": now}
    connection.execute(made.on_conflict_do_update(index_elements=[sites.c.key], set_=changed))


def _site(row: Row[tuple[object, ...]]) -> Site:
    return Site(
        key=row.key,
        settings=row.settings,
        source=cast("Source", row.source),
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
    )
