"""Records events for many requests: one thread, one transaction for all that wait, then their answers."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple

import anyio.to_thread
from msgspec.structs import replace

from consentinel.server.errors import Unavailable
from consentinel.server.ledger.events import NewEvent
from consentinel.server.ledger.recorded import Recorded
from consentinel.server.ledger.writer import Ledger, Outcome, Written, is_anchored
from consentinel.server.storage.database import Database

LARGEST_GROUP = 100
QUEUE_BOUND = 2_000
DEADLINE_MS = 5_000
# Measured with `python -m bench server`. A request takes some turns of its loop to come to the queue.
TURNS = 3
GATHER_AT_MOST_MS = 10


class _Waiting(NamedTuple):
    """An event and who waits for it; `until`: by time.monotonic()."""

    event: NewEvent
    answer: asyncio.Future[Recorded]
    until: float


Result = Outcome | Exception
Answers = list[tuple[asyncio.Future[Recorded], Result]]


class GroupWriter:
    """Makes events durable, each as soon as the database lets it, and together with those that wait as well.

    Who comes alone waits for nobody. Where several come, the writer waits for more as long as they do come,
    for a few milliseconds: a group costs the processor as much as a dozen of its events.

    sign: makes a record's receipt. It is called here, beside the event loop: a signature lets others run.
    """

    def __init__(
        self,
        ledger: Ledger,
        database: Database,
        *,
        sign: Callable[[Recorded], str] | None = None,
        queue_bound: int = QUEUE_BOUND,
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        self._ledger = ledger
        self._database = database
        self._sign = sign
        self._bound = queue_bound
        self._deadline_s = deadline_ms / 1000
        self._queue = SimpleQueue[_Waiting | None]()
        self._open = False
        self._in_company = False
        self._door = threading.Lock()
        # No daemon: the interpreter does not end while it holds something that was accepted.
        self._thread = threading.Thread(target=self._run, name="ledger-writer")

    @property
    def alive(self) -> bool:
        """Say whether it takes events."""
        return self._open and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Return how many events wait to be written."""
        return self._queue.qsize()

    def start(self) -> None:
        """Begin to take events; `aclose` has to follow."""
        self._open = True
        self._thread.start()

    async def submit(self, event: NewEvent) -> Recorded:
        """Return the record of an event once it is durable.

        Raises Unavailable where that is not possible now, or took longer than the deadline: then it may be
        recorded all the same, and the same event again is told as a repeat. Raises NonceUsed, ChainErased
        where the chain that it continues is erased, and ValueError or StorageError for an event that cannot
        be recorded at all.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Recorded] = loop.create_future()
        self._accept(_Waiting(event, answer, time.monotonic() + self._deadline_s))
        timer = loop.call_later(self._deadline_s, _expire, answer)
        try:
            return await answer
        finally:
            timer.cancel()

    async def aclose(self) -> None:
        """Take nothing more, write all that was accepted, and end the thread."""
        with self._door:
            if not self._open:
                return
            self._open = False
            self._queue.put(None)
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._thread.join)

    def _accept(self, waiting: _Waiting) -> None:
        with self._door:
            if not self._open:
                raise Unavailable("the server is stopping: nothing is recorded any more")
            if self._queue.qsize() >= self._bound:
                raise Unavailable("too many records wait to be written")
            self._queue.put(waiting)

    def _run(self) -> None:
        last = False
        while not last:
            group, last = self._take()
            if group:
                self._answer(group)

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Return what waits, and whether that was the last."""
        group = list[_Waiting]()
        found = self._queue.get()
        if found is not None:
            self._gather(found.answer.get_loop())
        while found is not None:
            group.append(found)
            if len(group) == LARGEST_GROUP:
                break
            try:
                found = self._queue.get_nowait()
            except Empty:
                break
        self._in_company = len(group) > 1
        return group, found is None

    def _gather(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait as long as more events come, and the group is not full."""
        before, end = 0 if self._in_company else 1, time.monotonic() + GATHER_AT_MOST_MS / 1000
        while before <= self.waiting < LARGEST_GROUP and (left := end - time.monotonic()) > 0:
            before = self.waiting + 1
            _turns(loop, left)

    def _answer(self, group: list[_Waiting]) -> None:
        now = time.monotonic()
        in_time = [waiting for waiting in group if waiting.until > now]
        answers: Answers = [(waiting.answer, _too_late()) for waiting in group if waiting.until <= now]
        results = self._settle([waiting.event for waiting in in_time]) if in_time else []
        answers.extend(zip((waiting.answer for waiting in in_time), results, strict=True))
        _tell(answers)

    def _settle(self, events: Sequence[NewEvent]) -> list[Result]:
        """Write events; where something is wrong with one of them each alone, for the sake of the others."""
        try:
            return self._write(events)
        except Unavailable as error:
            return [_again(error) for _ in events]
        except Exception:  # whose it is shows when each is tried alone
            return self._each_alone(events)

    def _each_alone(self, events: Sequence[NewEvent]) -> list[Result]:
        results, down = list[Result](), None
        for event in events:
            if down is not None:
                results.append(_again(down))
                continue
            try:
                results.extend(self._write([event]))
            except Unavailable as error:
                down = error
                results.append(error)
            except Exception as error:  # for the one who waits; the thread goes on
                results.append(error)
        return results

    def _write(self, events: Sequence[NewEvent]) -> list[Result]:
        with self._database.write() as connection:
            written = self._ledger.record(connection, events)
        return [self._signed(result) for result in self._anchored(written)]

    def _signed(self, result: Result) -> Result:
        if self._sign is None or not isinstance(result, Recorded):
            return result
        return replace(result, receipt=self._sign(result))

    def _anchored(self, written: Written) -> list[Result]:
        """Make the heads durable before a withdrawal is told; it is not, where they cannot be."""
        try:
            self._ledger.remember(written.to_anchor)
        except Exception as error:  # whatever it is, those who wait have to hear of it
            problem = Unavailable(f"the anchor of the ledger cannot be written: {error}")
            return [_again(problem) if is_anchored(outcome) else outcome for outcome in written.outcomes]
        return list[Result](written.outcomes)


def _tell(answers: Answers) -> None:
    """Give the answers to those who wait, at once for each event loop."""
    by_loop = defaultdict[asyncio.AbstractEventLoop, Answers](list)
    for answer in answers:
        by_loop[answer[0].get_loop()].append(answer)
    for loop, own in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, own)


def _resolve(answers: Answers) -> None:
    for future, result in answers:
        if future.done():
            continue
        if isinstance(result, Recorded):
            future.set_result(result)
        else:
            future.set_exception(result)


def _turns(loop: asyncio.AbstractEventLoop, timeout_s: float) -> None:
    """Wait until the loop has done what it had to do by now, and what follows from that at once."""
    done = threading.Event()

    def again(turns: int) -> None:
        if turns:
            loop.call_soon(again, turns - 1)
        else:
            done.set()

    with suppress(RuntimeError):  # the loop is closed: nothing more comes of it
        loop.call_soon_threadsafe(again, TURNS)
        done.wait(timeout_s)


def _expire(answer: asyncio.Future[Recorded]) -> None:
    if not answer.done():
        answer.set_exception(_too_late())


def _too_late() -> Unavailable:
    return Unavailable("the database has not answered in time")


def _again(error: Unavailable) -> Unavailable:
    """Return an error of the same words: one that several raise collects the traces of all."""
    return Unavailable(str(error), retry_after_s=error.retry_after_s)
