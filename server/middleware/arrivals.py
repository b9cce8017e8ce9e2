"""The bodies that are on their way (T20): how many of one network, and of all, are waited for."""

import asyncio
from collections import Counter

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from consentinel.server.metrics import Metrics
from consentinel.server.rates import truncated

MOST = 2_000
MOST_OF_A_NETWORK = 200
CLOSE = {"Connection": "close"}  # the rest of the body is not read


class Arrival:
    """One body on its way, from the first look at it until it is whole or its request ends."""

    def __init__(self, network: bytes, seconds: float) -> None:
        """network: whose it is. seconds: how long all of it may take from now."""
        self.network = network
        self._end_at = asyncio.get_running_loop().time() + seconds
        self._timeout: asyncio.Timeout | None = None

    async def message(self, receive: Receive) -> Message:
        """Receive a message. Raises TimeoutError where the body's time is over."""
        try:
            async with asyncio.timeout_at(self._end_at) as self._timeout:
                return await receive()
        finally:
            self._timeout = None

    def give_up(self) -> None:
        """Let its time be over now."""
        self._end_at = asyncio.get_running_loop().time()
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(self._end_at)


class Arrivals:
    """Counts them. A body that came with its header fields waits for nobody and is seen for an instant."""

    def __init__(self, metrics: Metrics, *, on: bool = True) -> None:
        """on: whether a network has a limit of its own (`rate_limit` of the settings)."""
        self._limited = metrics.limited.labels("bodies")
        self._on = on
        # In the order of the first looks at them: who sends a byte now and then stays where they are.
        self._waiting = dict[Arrival, None]()
        self._networks = Counter[bytes]()

    def begin(self, address: str, seconds: float) -> Arrival:
        """Count one that may take some seconds, until `end`.

        Raises HTTPException 429 for a network that has too many. Of all together the one that has been waited
        for longest is given up: its time is over at once.
        """
        network = truncated(address)
        if self._on and self._networks[network] >= MOST_OF_A_NETWORK:
            self._limited.inc()
            detail = "too many bodies are on their way from your network"
            raise HTTPException(429, detail, {"Retry-After": "10", **CLOSE})
        if len(self._waiting) >= MOST:
            self._limited.inc()
            oldest = next(iter(self._waiting))
            self.end(oldest)
            oldest.give_up()
        arrival = Arrival(network, seconds)
        self._waiting[arrival] = None
        self._networks[network] += 1
        return arrival

    def end(self, arrival: Arrival) -> None:
        """Count it no more; of no consequence where it is counted no more already."""
        if arrival not in self._waiting:
            return
        del self._waiting[arrival]
        self._networks[arrival.network] -= 1
        if not self._networks[arrival.network]:
            del self._networks[arrival.network]
