"""Guessing passwords gets slower with each failure (T22). In memory of one process; names are hashed."""

import hashlib
import math
from collections import OrderedDict

from consentinel.server.clock import DAY_MS, Clock
from consentinel.server.rates import Buckets, Networks, Rate

FREE_FAILURES = 5
_LONGEST_WAIT_S = 900
_FORGET_MS = DAY_MS
_MOST = 10_000
# Of one network, of one name from anywhere: so slow that guessing is hopeless, with room for who mistypes.
_NETWORK = Rate(burst=30, per_second=0.1)
_NAME = Rate(burst=60, per_second=0.1)
# Of one name from one network or device: a failure is known only once the password is hashed, so of many
# attempts at once all would pass before the first one is.
_AT_ONCE = Rate(burst=FREE_FAILURES, per_second=0.5)


class Throttle:
    """Says how long somebody has to wait before the next attempt.

    The growing wait counts for a name from one network, or from one device that somebody of this name has
    logged in from: what others do, however many, does not count for that. device: its name, b'' for none.
    """

    def __init__(self, clock: Clock) -> None:
        """clock: of the server."""
        self._clock = clock
        self._networks = Networks(clock)
        self._by_network = Buckets(_NETWORK, clock)
        self._by_name = Buckets(_NAME, clock)
        self._at_once = Buckets(_AT_ONCE, clock, _MOST)
        self._failures: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

    def wait_s(self, name: str, address: str, device: bytes = b"") -> int:
        """Count an attempt; return 0, or after how many seconds the next one is looked at at all."""
        key = self._key(name, address, device)
        failures, last_ms = self._failures.get(key, (0, 0))
        since_ms = self._clock() - last_ms
        wait_s = _wait_s(failures)
        if failures and 0 <= since_ms < wait_s * 1000:
            return math.ceil(wait_s - since_ms / 1000)
        at_once_s = self._at_once.take(key)
        if device or at_once_s:
            return at_once_s
        network, named = self._networks.name(address), hashlib.sha256(name.encode()).digest()
        return max(self._by_network.take(network), self._by_name.take(named))

    def failed(self, name: str, address: str, device: bytes = b"") -> int:
        """Note a failure; return how many there were in a row."""
        key, now = self._key(name, address, device), self._clock()
        failures, last_ms = self._failures.pop(key, (0, now))
        failures = 1 if now - last_ms > _FORGET_MS else failures + 1
        self._failures[key] = (failures, now)
        if len(self._failures) > _MOST:
            self._failures.popitem(last=False)
        return failures

    def succeeded(self, name: str, address: str, device: bytes = b"") -> None:
        """Forget the failures."""
        self._failures.pop(self._key(name, address, device), None)

    def _key(self, name: str, address: str, device: bytes) -> bytes:
        place = b"device" + device if device else self._networks.name(address)
        return hashlib.sha256(place + name.encode()).digest()


def _wait_s(failures: int) -> int:
    """Return the wait after so many failures: none at first, then 2, 4, 8 … seconds."""
    over = failures - FREE_FAILURES
    return 0 if over < 0 else int(min(_LONGEST_WAIT_S, 2 ** (over + 1)))
