"""Third parties that a banner in mode `observe` has met and no rule knows: hosts and numbers alone."""

import re
from collections.abc import Mapping, Sequence
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
    """Add to the number of each host of a site. day: since 1970.

    Beyond MOST_HOSTS those are forgotten that were not met for the longest, and of these those met least:
    who posts names that are none pushes out no host that visitors meet again and again.
    """
    known = _known(connection, site)
    old = [host for host in known if host not in counts]
    fresh = sorted(counts.keys() - set(known))[: MOST_HOSTS - len(known) + len(old)]
    _forget(connection, site, old[: max(0, len(known) + len(fresh) - MOST_HOSTS)])
    rows = [
        {"site": site, "host": host, "first_day": day, "last_day": day, "number": counts[host]}
        for host in sorted((counts.keys() & set(known)).union(fresh))
    ]
    if rows:
        made = insert(connection, observed)
        number = observed.c.number + made.excluded.number
        seen = {"number": number, "last_day": made.excluded.last_day}
        connection.execute(
            made.on_conflict_do_update(index_elements=[observed.c.site, observed.c.host], set_=seen), rows
        )


def _known(connection: Connection, site: str) -> list[str]:
    """Return the hosts of a site, first the one to forget first; until the end nobody else changes them."""
    held = sa.select(observed).where(observed.c.site == site).order_by(observed.c.host).with_for_update()
    rows = sorted(connection.execute(held), key=lambda row: (row.last_day, row.number, row.host))
    return [row.host for row in rows]


def _forget(connection: Connection, site: str, hosts: Sequence[str]) -> None:
    if hosts:
        connection.execute(sa.delete(observed).where(observed.c.site == site, observed.c.host.in_(hosts)))
