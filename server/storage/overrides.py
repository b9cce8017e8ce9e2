"""What reviewers decided of findings that the catalogue could not, or not rightly, name."""

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.server.storage import tables
from consentinel.server.storage.upsert import insert

_OVERRIDES = tables.overrides.c


@dataclass(frozen=True, kw_only=True)
class Override:
    """A decision. name: a pattern of the catalogue, as one line of YAML; kind: the list it belongs to."""

    site: str
    kind: str
    name: str
    category: Category
    vendor: str
    created_ms: int
    created_by: str


def overrides_of(connection: Connection, site: str) -> list[Override]:
    """Return the decisions for a site, sorted by what they are about."""
    query = sa.select(tables.overrides).where(_OVERRIDES.site == site)
    rows = connection.execute(query.order_by(_OVERRIDES.kind, _OVERRIDES.name))
    return [
        Override(
            site=row.site,
            kind=row.kind,
            name=row.name,
            category=cast("Category", row.category),
            vendor=row.vendor,
            created_ms=row.created_ms,
            created_by=row.created_by,
        )
        for row in rows
    ]


def put_override(connection: Connection, override: Override) -> None:
    """Store a decision in the place of an earlier one about the same."""
    values = vars(override)
    made = insert(connection, tables.overrides).values(values)
    key = [_OVERRIDES.site, _OVERRIDES.kind, _OVERRIDES.name]
    connection.execute(made.on_conflict_do_update(index_elements=key, set_=values))


def remove_override(connection: Connection, site: str, kind: str, name: str) -> bool:
    """Take a decision back; say whether there was one."""
    same = (_OVERRIDES.site == site, _OVERRIDES.kind == kind, _OVERRIDES.name == name)
    return bool(connection.execute(sa.delete(tables.overrides).where(*same)).rowcount)
