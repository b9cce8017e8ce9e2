"""Load on a server: many requests over kept connections, from one process that is not the bottleneck itself.

closed_loop: each connection asks as soon as it has its answer (how much can the server do?).
open_loop: requests come at their time whatever the server does, and their wait counts from that time (how
long do visitors wait?). Measured from when a connection was free, a stalled server would look fast.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

NO_ANSWER = 0
_LENGTH = b"\r\ncontent-length:"
_CLOSE = b"\r\nconnection: close"


class Answer(NamedTuple):
    """The answer to request `number`; status is NO_ANSWER where the connection broke before it."""

    number: int
    status: int
    head: bytes
    body: bytes
    took_ms: float


@dataclass(frozen=True)
class Outcome:
    """All answers of one run, in the order in which they came, and how long it took."""

    answers: Sequence[Answer]
    elapsed_s: float

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(answer.status for answer in self.answers)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.elapsed_s

    def percentile_ms(self, percent: float) -> float:
        """Return the time that so many percent of the answers took at most."""
        ordered = sorted(answer.took_ms for answer in self.answers)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]

    def of(self, *statuses: int) -> Iterator[Answer]:
        """Yield the answers with one of these statuses."""
        return (answer for answer in self.answers if answer.status in statuses)


@dataclass
class _Run:
    """What the connections of one run share."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    began_s: float = field(default_factory=time.perf_counter)

    def end(self) -> Outcome:
        return Outcome(self.answers, time.perf_counter() - self.began_s)


def request(
    method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return the bytes of a request to this machine; with a body, it is JSON."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


async def closed_loop(port: int, requests: Iterable[bytes], *, connections: int) -> Outcome:
    """Send the requests over so many connections, each as soon as a connection has its last answer.

    A connection that breaks is made anew for the next request; the run ends early when nobody listens.
    """
    run = _Run(port)
    numbered = enumerate(requests)
    await asyncio.gather(*(_serve(run, numbered) for _ in range(connections)))
    return run.end()


async def open_loop(
    port: int, make: Callable[[int], bytes], *, rate: float, seconds: float, connections: int
) -> Outcome:
    """Send `make(0)`, `make(1)`, … at `rate` a second; what finds no free connection waits; that counts."""
    run = _Run(port)
    queue: asyncio.Queue[tuple[float, int] | None] = asyncio.Queue()
    workers = [asyncio.create_task(_serve_queue(run, queue, make)) for _ in range(connections)]
    for number in range(int(rate * seconds)):
        due_s = run.began_s + number / rate
        if (wait_s := due_s - time.perf_counter()) > 0:
            await asyncio.sleep(wait_s)
        queue.put_nowait((due_s, number))
    for _ in workers:
        queue.put_nowait(None)
    await asyncio.gather(*workers)
    return run.end()


async def _serve(run: _Run, numbered: Iterator[tuple[int, bytes]]) -> None:
    link = _Link(run.port)
    for number, content in numbered:
        if not await _note(run, link, number, content, time.perf_counter()):
            break
    link.close()


async def _serve_queue(
    run: _Run, queue: asyncio.Queue[tuple[float, int] | None], make: Callable[[int], bytes]
) -> None:
    link = _Link(run.port)
    while (item := await queue.get()) is not None:
        due_s, number = item
        await _note(run, link, number, make(number), due_s)
    link.close()


async def _note(run: _Run, link: "_Link", number: int, content: bytes, began_s: float) -> bool:
    """Ask and write down the answer; say whether the server is there."""
    try:
        status, head, body = await link.ask(content)
    except ConnectionRefusedError:
        run.answers.append(_timed(number, NO_ANSWER, b"", b"", began_s))
        return False
    except OSError:
        status, head, body = NO_ANSWER, b"", b""
    run.answers.append(_timed(number, status, head, body, began_s))
    return True


def _timed(number: int, status: int, head: bytes, body: bytes, began_s: float) -> Answer:
    return Answer(number, status, head, body, (time.perf_counter() - began_s) * 1000)


class _Link:
    """One connection after the other to the same port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: _Connection | None = None

    async def ask(self, content: bytes) -> tuple[int, bytes, bytes]:
        if self._connection is None or self._connection.closed:
            loop = asyncio.get_running_loop()
            _, self._connection = await loop.create_connection(_Connection, "127.0.0.1", self._port)
        return await self._connection.ask(content)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _Connection(asyncio.Protocol):
    """Just enough of HTTP/1.1 for one answer at a time with a Content-Length, or without a body."""

    def __init__(self) -> None:
        self.closed = False
        self._received = b""
        self._waiting: asyncio.Future[tuple[int, bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def ask(self, content: bytes) -> asyncio.Future[tuple[int, bytes, bytes]]:
        self._waiting = asyncio.get_running_loop().create_future()
        self._received = b""
        self._transport.write(content)
        return self._waiting

    def close(self) -> None:
        self.closed = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and self._waiting and not self._waiting.done() and len(body) >= _length(head):
            if _CLOSE in head.lower():
                self.close()
            self._waiting.set_result((int(head[9:12]), head, body))

    def connection_lost(self, _: Exception | None) -> None:
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the connection ended before the answer"))


def _length(head: bytes) -> int:
    lower = head.lower()
    place = lower.find(_LENGTH)
    if place < 0:
        return 0
    start = place + len(_LENGTH)
    return int(lower[start:].partition(b"\r\n")[0])
