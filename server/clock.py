"""The server's clock. What depends on time takes a `Clock`, so that a test can say what time it is."""

import time
from collections.abc import Callable

DAY_MS = 86_400_000
Clock = Callable[[], int]
"""Returns milliseconds since 1970."""


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """Return milliseconds that nobody can set; where the system can tell, they go on while it sleeps."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


class ClockWatch:
    """Notices that a clock was set since this was made."""

    def __init__(self, clock: Clock, steady: Clock = steady_ms) -> None:
        self._clock = clock
        self._steady = steady
        self._offset_ms = clock() - steady()

    def ahead_ms(self) -> int:
        """Return by how much the clock has gone on faster than time."""
        return self._clock() - self._steady() - self._offset_ms
