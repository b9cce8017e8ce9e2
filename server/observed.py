"""Third parties that a banner in mode `observe` has met and no rule knows: hosts and numbers alone."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.storage.tables import observed
from consentinel.server.storage.upsert import insert

# Anybody can post names: a site has no more of them than a person could look through.
MOST_HOSTS = 1_000
# More do not fit into a body.
_MOST_POSTED = 1_000
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


class PostedHosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a POST to `{api}/v1/observed` (banner/src/send/observed.js)."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    hosts: Annotated[list[str], msgspec.Meta(min_length=1, max_length=_MOST_POSTED)]

    @property
    def names(self) -> frozenset[str]:
        """The host names among them; addresses in brackets are none, nor is what no browser would send."""
        hosts = (host.removesuffix(".") for host in self.hosts)
        return frozenset(host for host in hosts if _HOST.fullmatch(host))


def count_hosts(connection: Connection, site: str, counts: Mapping[str, int], day: int) -> None:
    """Add to the number of each host of a site; beyond MOST_HOSTS no new one is taken. day: since 1970."""
    known = set(connection.scalars(sa.select(observed.c.host).where(observed.c.site == site)))
    room = MOST_HOSTS - len(known)
    fresh = sorted(counts.keys() - known)[: max(room, 0)]
    rows = [
        {"site": site, "host": host, "first_day": day, "last_day": day, "number": counts[host]}
        for host in sorted((known & counts.keys()).union(fresh))
    ]
    if rows:
        made = insert(connection, observed)
        number = observed.c.number + made.excluded.number
        seen = {"number": number, "last_day": made.excluded.last_day}
        connection.execute(
            made.on_conflict_do_update(index_elements=[observed.c.site, observed.c.host], set_=seen), rows
        )
