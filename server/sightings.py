"""Hosts as they are reported, gathered in memory: a busy site in mode `observe` must not keep the disk busy.

What has not been seen before is written at once, and so is all that comes to a quiet server. Of a busy one's
counts, the last seconds are lost where the process ends.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS, Clock
from consentinel.server.errors import StorageError
from consentinel.server.observed import count_hosts
from consentinel.server.rates import Limits
from consentinel.server.storage.database import Database

PAUSE_MS = 5_000
# How many names are remembered as written; after that they are forgotten, and written once more.
_MOST_KNOWN = 100_000


class Sightings:
    """What was reported to one process and is not written yet."""

    def __init__(self, database: Database, clock: Clock, limits: Limits) -> None:
        """Start with nothing."""
        self._database = database
        self._clock = clock
        self._limits = limits
        self._pending: dict[str, Counter[str]] = {}
        self._known: set[tuple[str, str]] = set()
        self._written_ms = 0

    async def add(self, site: str, hosts: AbstractSet[str], address: str) -> None:
        """Count each host once more for a site; of those that nobody has reported yet, as many as one may.

        address: who reports them. Raises StorageError where it cannot be written.
        """
        named = {(site, host) for host in sorted(hosts) if self._may_report((site, host), address)}
        self._pending.setdefault(site, Counter()).update(host for _, host in named)
        if not named <= self._known or abs(self._clock() - self._written_ms) >= PAUSE_MS:
            await self._write()
            self._remember(named)

    def _may_report(self, name: tuple[str, str], address: str) -> bool:
        return name in self._known or not self._limits.host_name(address)

    async def _write(self) -> None:
        """Write all that is pending; what was promised and cannot be is for the next time."""
        pending, self._pending = self._pending, {}
        self._written_ms = self._clock()
        try:
            await self._database.writing(_count, pending, self._written_ms // DAY_MS)
        except StorageError:
            self._put_back(pending)
            raise

    def _put_back(self, pending: Mapping[str, Counter[str]]) -> None:
        for site, counts in pending.items():
            kept = {host: number for host, number in counts.items() if (site, host) in self._known}
            self._pending.setdefault(site, Counter()).update(kept)

    def _remember(self, named: AbstractSet[tuple[str, str]]) -> None:
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known |= named


def _count(connection: Connection, pending: Mapping[str, Counter[str]], day: int) -> None:
    for site in sorted(pending):
        count_hosts(connection, site, pending[site], day)
