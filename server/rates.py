"""How often one network and one site may ask (T20): token buckets in bounded memory, without any address."""

import hashlib
import hmac
import ipaddress
import math
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from consentinel.server.clock import DAY_MS, Clock

_MOST_BUCKETS = 50_000
_NETWORKS = {4: 24, 6: 48}


@dataclass(frozen=True)
class Rate:
    """`burst` requests at once, and `per_second` after that."""

    burst: int
    per_second: float


class Buckets:
    """A token bucket for each name; of too many names, those unused for longest are forgotten."""

    def __init__(self, rate: Rate, clock: Clock, most: int = _MOST_BUCKETS) -> None:
        """Start with full buckets. most: how many names are kept."""
        self._rate = rate
        self._clock = clock
        self._most = most
        self._levels: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def take(self, name: bytes) -> int:
        """Take one token; return 0, or after how many whole seconds there will be one."""
        now = self._clock()
        level, then = self._levels.pop(name, (float(self._rate.burst), now))
        # A clock that was set back fills no bucket and empties none.
        level = min(self._rate.burst, level + max(0, now - then) / 1000 * self._rate.per_second)
        # Sums of fractions fall short of 1 by a little: who waited as long as told shall be let in.
        enough = level >= 1 - 1e-9
        self._levels[name] = (level - 1 if enough else level, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0 if enough else max(1, math.ceil((1 - level) / self._rate.per_second))


class Networks:
    """Names for the networks that requests come from: pseudonyms that nobody can link after a day.

    A name is an HMAC of the first 24 bits of an IPv4 or 48 of an IPv6 address, under a key that is in memory
    alone and thrown away after 24 hours.
    """

    def __init__(self, clock: Clock) -> None:
        """Make the first key."""
        self._clock = clock
        self._day = -1
        self._key = b""

    def name(self, address: str) -> bytes:
        """Return the name of an address's network; all that is no address has one name."""
        day = self._clock() // DAY_MS
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return hmac.digest(self._key, truncated(address), hashlib.sha256)[:16]


def truncated(address: str) -> bytes:
    """Return the part of an address that its network has in common, b'' for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return b""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.packed[: _NETWORKS[found.version] // 8]


WRITES = Rate(burst=120, per_second=2)
READS = Rate(burst=2_000, per_second=200)
SITE = Rate(burst=2_000, per_second=500)
# Of hosts that a banner met and nobody had met before: a page has some dozens.
NAMES = Rate(burst=200, per_second=200 * 1_000 / DAY_MS)


class Limits:
    """All limits of one process."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        """Start with full buckets. on: `rate_limit` of the settings."""
        self._on = on
        self._networks = Networks(clock)
        self._writes = Buckets(WRITES, clock)
        self._reads = Buckets(READS, clock)
        self._sites = Buckets(SITE, clock)
        self._names = Buckets(NAMES, clock)

    def write(self, address: str) -> int:
        """Count a write from an address; return 0, or for how many seconds it has to wait."""
        return self._writes.take(self._networks.name(address)) if self._on else 0

    def read(self, address: str) -> int:
        """Count a read, as `write` does."""
        return self._reads.take(self._networks.name(address)) if self._on else 0

    def site(self, key: str) -> int:
        """Count a write for a site, as `write` does."""
        return self._sites.take(key.encode()) if self._on else 0

    def host_name(self, address: str) -> int:
        """Count a host that an address has reported first, as `write` does."""
        return self._names.take(self._networks.name(address)) if self._on else 0
