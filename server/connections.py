"""The connections of the server: how long one may ask for nothing, and how many there are (T20).

uvicorn waits for a request that has not begun, and for one whose head does not end, for ever; its limit of
concurrency closes nothing. So what it leaves open is added to its protocol here.
"""

import asyncio
from functools import partial
from typing import Any, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10
# As long as an export may take.
WRITE_S = 120


class Waiting:
    """All open connections, those that wait for a request in the order in which they began to."""

    def __init__(self, *, most: int, head_s: float = HEAD_S, write_s: float = WRITE_S) -> None:
        """most: how many may be open. head_s: for how long the head of a request may be on its way.

        write_s: for how long an answer may wait for its reader.
        """
        self.head_s = head_s
        self.write_s = write_s
        self._most = most
        self._idle = dict[Connection, None]()
        self._busy = set[Connection]()

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._idle) + len(self._busy)

    def begin(self, connection: "Connection") -> None:
        """Count one more; of too many, the one that has waited longest for a request is given up."""
        self._idle[connection] = None
        if len(self) > self._most:
            longest = next(iter(self._idle))
            self.end(longest)
            longest.transport.abort()

    def work(self, connection: "Connection") -> None:
        """Note that a request is being answered: nobody is given up over that."""
        if connection in self._idle:
            del self._idle[connection]
            self._busy.add(connection)

    def rest(self, connection: "Connection") -> None:
        """Note that its request is answered."""
        if connection in self._busy:
            self._busy.discard(connection)
            self._idle[connection] = None

    def end(self, connection: "Connection") -> None:
        """Count it no more."""
        self._idle.pop(connection, None)
        self._busy.discard(connection)


class Connection(H11Protocol):
    """One connection. It is cut where the head of a request, or the reader of an answer, keeps it waiting.

    A body that is asked for has its own time (middleware/bodies.py); one that nobody asks for has a head's.
    """

    def __init__(self, waiting: Waiting, **given: Any) -> None:
        """given: what uvicorn gives to a protocol."""
        super().__init__(**given)
        self._waiting = waiting
        self._head: asyncio.TimerHandle | None = None
        self._write: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._waiting.begin(self)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._waiting.end(self)
        self._stop_expecting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; where that is not the whole of a head, the rest has to come in time."""
        super().data_received(data)
        if self._is_busy():
            self._waiting.work(self)
            self._stop_expecting()
        elif self._head is None and not self.transport.is_closing():
            self._expect()

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there; without a byte of it, uvicorn's own time counts."""
        super().on_response_complete()
        if not self._is_busy():
            self._waiting.rest(self)

    def pause_writing(self) -> None:
        """Wait for the reader, but not for ever."""
        super().pause_writing()
        self._write = self.loop.call_later(self._waiting.write_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Note that the reader has read."""
        if self._write is not None:
            self._write.cancel()
            self._write = None
        super().resume_writing()

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self) -> None:
        self._head = self.loop.call_later(self._waiting.head_s, self.transport.abort)

    def _stop_expecting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


class MakesProtocol(Protocol):
    """What uvicorn asks for a protocol for each connection."""

    def __call__(self, **given: Any) -> Connection:
        """Return a protocol."""


def protocol(waiting: Waiting) -> MakesProtocol:
    """Return what makes the protocol of each connection."""
    return partial(Connection, waiting)
