"""Many at once: one transaction for all, and each gets its own answer, whatever goes wrong."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest
import sqlalchemy as sa
from msgspec import structs

from consentinel.server.errors import StorageError, Unavailable
from consentinel.server.ledger import group_writer
from consentinel.server.ledger.events import CountKey, NewEvent, NonceUsed
from consentinel.server.ledger.group_writer import LARGEST_GROUP, QUEUE_BOUND, GroupWriter
from consentinel.server.ledger.shards import Erased, Head, shards_of
from consentinel.server.ledger.writer import Ledger, Recorded, Written
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import OTHER, SITE, Times, consent

T = TypeVar("T")
COUNT = CountKey("eu", "3", "banner", functional=True, performance=False, targeting=False)


class Gate:
    """A ledger that waits before it records until the test lets it, and counts its transactions."""

    def __init__(self, database: Database, *, is_open: bool = True) -> None:
        self.ledger = Ledger(database, name="ledger.example", clock=Times())
        self.groups = list[int]()
        self.opened, self.reached = threading.Event(), threading.Event()
        if is_open:
            self.opened.set()
        self._record, self.ledger.record = self.ledger.record, self.record  # type: ignore[method-assign]

    def record(self, connection: sa.Connection, events: Sequence[NewEvent]) -> Written:
        self.reached.set()
        self.opened.wait()
        self.groups.append(len(events))
        return self._record(connection, events)


@asynccontextmanager
async def started(
    gate: Gate, *, deadline_ms: int = 120_000, queue_bound: int = QUEUE_BOUND
) -> AsyncIterator[GroupWriter]:
    writer = GroupWriter(gate.ledger, gate.ledger.database, deadline_ms=deadline_ms, queue_bound=queue_bound)
    writer.start()
    try:
        yield writer
    finally:
        gate.opened.set()
        await writer.aclose()


def run(gate: Gate, test: Callable[[GroupWriter], Awaitable[T]], **options: int) -> T:
    async def whole() -> T:
        async with started(gate, **options) as writer:
            return await test(writer)

    return asyncio.run(whole())


@dataclass
class Stopwatch:
    """The module `time` as the writer's thread sees it: the test says what it shows."""

    now_s: float = 0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    found = Stopwatch()
    monkeypatch.setattr(group_writer, "time", found)
    return found


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that the writer waited for more."""
    found = list[int]()
    turns = group_writer._turns

    def counted(loop: asyncio.AbstractEventLoop, timeout_s: float) -> None:
        found.append(len(found))
        turns(loop, timeout_s)

    monkeypatch.setattr(group_writer, "_turns", counted)
    return found


async def reached(gate: Gate) -> None:
    """Return once the writer is in the middle of a transaction."""
    await asyncio.to_thread(gate.reached.wait)


def number(database: Database, table: sa.Table) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_what_waits_together_is_written_together(database: Database) -> None:
    gate = Gate(database, is_open=False)

    async def test(writer: GroupWriter) -> list[Recorded]:
        first = asyncio.create_task(writer.submit(consent()))
        await reached(gate)
        others = [asyncio.create_task(writer.submit(consent())) for _ in range(LARGEST_GROUP + 30)]
        await asyncio.sleep(0)
        assert writer.waiting == LARGEST_GROUP + 30
        gate.opened.set()
        return await asyncio.gather(first, *others)

    recorded = run(gate, test)
    assert gate.groups == [1, LARGEST_GROUP, 30]
    assert [item.position for item in recorded] == list(range(LARGEST_GROUP + 31))
    assert number(database, tables.leaves) == LARGEST_GROUP + 31


def test_who_comes_alone_waits_for_nobody(sqlite_database: Database, waits: list[int]) -> None:
    async def test(writer: GroupWriter) -> None:
        for _ in range(5):
            await writer.submit(consent())

    run(Gate(sqlite_database), test)
    assert waits == []


def test_where_several_come_the_writer_waits_a_little_for_more(
    sqlite_database: Database, stopwatch: Stopwatch, waits: list[int]
) -> None:
    gate = Gate(sqlite_database, is_open=False)

    async def late(writer: GroupWriter) -> Recorded:
        await asyncio.sleep(0)  # a turn later than the others
        return await writer.submit(consent())

    async def test(writer: GroupWriter) -> None:
        posts = [asyncio.create_task(writer.submit(consent()))]
        await reached(gate)
        posts += [asyncio.create_task(writer.submit(consent())) for _ in range(2)]
        posts.append(asyncio.create_task(late(writer)))
        await asyncio.sleep(0)
        assert writer.waiting == 2
        gate.opened.set()
        await asyncio.gather(*posts)

    run(gate, test)
    assert sum(gate.groups) == 4
    assert gate.groups[0] == 1
    assert 1 <= len(waits) <= 3, "for those who come together, and for what that brings"


def test_the_writer_waits_for_no_loop_that_is_closed(sqlite_database: Database) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    group_writer._turns(loop, 3_600)


def test_receipts_are_made_in_the_writer_s_thread_once_the_record_is_there(database: Database) -> None:
    gate, threads = Gate(database), list[threading.Thread]()

    def sign(recorded: Recorded) -> str:
        threads.append(threading.current_thread())
        with database.read() as connection:
            ids = connection.execute(sa.select(tables.records.c.id)).scalars()
            assert recorded.id in set(ids)
        return f"receipt of {recorded.id.hex()}"

    async def whole() -> Recorded:
        writer = GroupWriter(gate.ledger, database, sign=sign)
        writer.start()
        try:
            return await writer.submit(consent())
        finally:
            await writer.aclose()

    recorded = asyncio.run(whole())
    assert recorded.receipt == f"receipt of {recorded.id.hex()}"
    assert [thread.name for thread in threads] == ["ledger-writer"]


def test_a_receipt_that_cannot_be_made_is_told_to_who_waits(database: Database) -> None:
    def sign(_: Recorded) -> str:
        raise ValueError("no key")

    async def whole() -> None:
        writer = GroupWriter(Ledger(database, name="ledger.example", clock=Times()), database, sign=sign)
        writer.start()
        try:
            with pytest.raises(ValueError, match="no key"):
                await writer.submit(consent())
        finally:
            await writer.aclose()

    asyncio.run(whole())


def test_an_answer_comes_after_its_record_is_there_for_others(database: Database) -> None:
    gate = Gate(database)

    async def test(writer: GroupWriter) -> None:
        for _ in range(3):
            recorded = await writer.submit(consent())
            with database.read() as connection:
                ids = connection.execute(sa.select(tables.records.c.id)).scalars()
                assert recorded.id in set(ids)

    run(gate, test)


def test_t18_the_same_post_a_hundred_times_is_one_leaf(database: Database) -> None:
    event = structs.replace(consent(), count=COUNT)

    async def test(writer: GroupWriter) -> list[Recorded]:
        # Half of them at once, half in groups of their own.
        at_once = await asyncio.gather(*(writer.submit(event) for _ in range(50)))
        return [*at_once, *[await writer.submit(event) for _ in range(50)]]

    recorded = run(Gate(database), test)
    assert [item.repeated for item in recorded].count(False) == 1
    assert len({(item.id, item.position, item.leaf) for item in recorded}) == 1
    assert [number(database, table) for table in (tables.leaves, tables.records)] == [1, 1]
    with database.read() as connection:
        assert connection.execute(sa.select(tables.counts.c.number)).scalar_one() == 1


def test_two_processes_record_one_event_once(database: Database) -> None:
    """Two writers as two processes have them: the shard's lock and the unique key decide."""
    events = [consent(site=site) for site in (SITE, OTHER) for _ in range(40)]

    async def test() -> list[Recorded]:
        async with started(Gate(database)) as one, started(Gate(database)) as two:
            posts = [writer.submit(event) for event in events for writer in (one, two)]
            return await asyncio.gather(*posts)

    recorded = asyncio.run(test())
    assert [item.repeated for item in recorded].count(False) == 80
    assert number(database, tables.leaves) == 80
    with database.read() as connection:
        assert [shard.frontier.size for shard in shards_of(connection, SITE)] == [40]


def test_a_bad_event_fails_alone(database: Database) -> None:
    gate = Gate(database, is_open=False)
    taken = consent()
    nowhere: Sequence[NewEvent] = (
        structs.replace(consent(), body={"n": 2**60}),
        structs.replace(consent(), id=taken.id),
    )

    async def test(writer: GroupWriter) -> list[Recorded | BaseException]:
        first = asyncio.create_task(writer.submit(taken))
        await reached(gate)
        events = [consent(), *nowhere, consent()]
        posts = [asyncio.create_task(writer.submit(event)) for event in events]
        await asyncio.sleep(0)
        gate.opened.set()
        return await asyncio.gather(first, *posts, return_exceptions=True)

    results = run(gate, test)
    kinds = [type(result) for result in results]
    assert kinds[:2] + kinds[3:] == [Recorded, Recorded, StorageError, Recorded]
    assert isinstance(results[2], ValueError)
    assert number(database, tables.leaves) == 3


def test_a_used_challenge_is_refused_to_its_own_event_alone(database: Database) -> None:
    event = structs.replace(consent(), challenge=bytes(16), challenge_required=True)
    again = structs.replace(consent(), challenge=bytes(16), challenge_required=True)

    async def test(writer: GroupWriter) -> list[Recorded | BaseException]:
        posts = (writer.submit(new) for new in (event, again, consent()))
        return await asyncio.gather(*posts, return_exceptions=True)

    assert [type(result) for result in run(Gate(database), test)] == [Recorded, NonceUsed, Recorded]


def test_t20_a_full_queue_refuses_and_keeps_what_it_took(database: Database) -> None:
    gate = Gate(database, is_open=False)

    async def test(writer: GroupWriter) -> None:
        first = asyncio.create_task(writer.submit(consent()))
        await reached(gate)
        waiting = [asyncio.create_task(writer.submit(consent())) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="too many records wait") as refusal:
            await writer.submit(consent())
        assert refusal.value.retry_after_s > 0
        gate.opened.set()
        await asyncio.gather(first, *waiting)
        await writer.submit(consent())

    run(gate, test, queue_bound=3)
    assert number(database, tables.leaves) == 5


def test_who_waits_too_long_is_told_and_may_ask_again(database: Database, stopwatch: Stopwatch) -> None:
    gate, event = Gate(database, is_open=False), consent()

    async def test(writer: GroupWriter) -> None:
        with pytest.raises(Unavailable, match="not answered in time"):
            await writer.submit(event)

    run(gate, test, deadline_ms=30)
    recorded = run(Gate(database), lambda writer: writer.submit(event))
    assert recorded.repeated, "it had been written, only not in time to say so"
    assert recorded.id == event.id


def test_what_ran_out_of_time_in_the_queue_is_not_written(database: Database, stopwatch: Stopwatch) -> None:
    gate = Gate(database, is_open=False)

    async def test(writer: GroupWriter) -> None:
        first = asyncio.create_task(writer.submit(consent()))
        await reached(gate)
        second = asyncio.create_task(writer.submit(consent()))
        await asyncio.gather(first, second, return_exceptions=True)
        stopwatch.now_s = 1

    run(gate, test, deadline_ms=30)
    assert gate.groups == [1]
    assert number(database, tables.leaves) == 1


def test_closing_writes_what_was_accepted_and_takes_no_more(database: Database) -> None:
    gate = Gate(database, is_open=False)

    async def test(writer: GroupWriter) -> list[Recorded]:
        posts = [asyncio.create_task(writer.submit(consent())) for _ in range(5)]
        await reached(gate)
        closing = asyncio.create_task(writer.aclose())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="is stopping"):
            await writer.submit(consent())
        assert not writer.alive
        gate.opened.set()
        await closing
        return await asyncio.gather(*posts)

    assert len(run(gate, test)) == number(database, tables.leaves) == 5


def test_a_writer_that_was_not_started_takes_nothing(sqlite_database: Database) -> None:
    gate = Gate(sqlite_database)
    writer = GroupWriter(gate.ledger, sqlite_database)
    with pytest.raises(Unavailable):
        asyncio.run(writer.submit(consent()))
    asyncio.run(writer.aclose())
    assert not writer.alive


def test_who_went_away_is_recorded_all_the_same(database: Database) -> None:
    gate = Gate(database, is_open=False)

    async def test(writer: GroupWriter) -> None:
        first = asyncio.create_task(writer.submit(consent()))
        await reached(gate)
        gone = asyncio.create_task(writer.submit(consent()))
        await asyncio.sleep(0)
        gone.cancel()
        gate.opened.set()
        await first
        await writer.submit(consent())

    run(gate, test)
    assert number(database, tables.leaves) == 3


def test_a_locked_database_is_unavailable_and_recovers(sqlite_url: str) -> None:
    """SQLite alone: PostgreSQL's writers wait for each other in tests/server/faults."""
    database = Database(sqlite_url)
    sa.event.listen(database.engine, "connect", _impatient)
    holder = Database(sqlite_url)

    async def test(writer: GroupWriter) -> None:
        with holder.write() as connection:
            connection.execute(sa.insert(tables.facts).values(name="a", value="b"))
            posts = [writer.submit(consent()) for _ in range(3)]
            results = await asyncio.gather(*posts, return_exceptions=True)
        assert [type(result) for result in results] == [Unavailable] * 3
        assert not (await writer.submit(consent())).repeated

    try:
        run(Gate(database), test)
        assert number(database, tables.leaves) == 1
    finally:
        database.close()
        holder.close()


def _impatient(connection: object, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=1")  # type: ignore[attr-defined]  # of sqlite3, by SQLAlchemy


def test_a_connection_that_was_ended_is_unavailable_and_recovers(postgresql_database: Database) -> None:
    gate = Gate(postgresql_database, is_open=False)
    end_others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    async def test(writer: GroupWriter) -> None:
        posts = [asyncio.create_task(writer.submit(consent())) for _ in range(3)]
        await reached(gate)
        with postgresql_database.write() as connection:
            connection.exec_driver_sql(end_others)
        gate.opened.set()
        results = await asyncio.gather(*posts, return_exceptions=True)
        assert Unavailable in {type(result) for result in results}
        assert not (await writer.submit(consent())).repeated

    run(gate, test)


class Shelf:
    """Keeps heads, or fails to."""

    def __init__(self) -> None:
        self.heads = list[Head]()
        self.error: Exception | None = None

    def remember(self, heads: Sequence[Head]) -> None:
        if self.error is not None:
            raise self.error
        self.heads.extend(head for head in heads if head.size)

    def remember_erased(self, erased: Sequence[Erased]) -> None:
        raise NotImplementedError


def test_a_withdrawal_is_told_when_its_head_is_kept_outside(database: Database) -> None:
    gate, shelf = Gate(database), Shelf()
    gate.ledger.anchor = shelf

    async def test(writer: GroupWriter) -> None:
        await writer.submit(consent())
        assert shelf.heads == []
        await writer.submit(consent("withdrawn"))
        with database.read() as connection:
            assert shelf.heads == [shards_of(connection, SITE)[0].head]

    run(gate, test)


def test_a_withdrawal_whose_head_cannot_be_kept_is_not_told(database: Database) -> None:
    gate, shelf = Gate(database), Shelf()
    gate.ledger.anchor = shelf
    withdrawal = consent("withdrawn")

    async def test(writer: GroupWriter) -> None:
        await writer.submit(consent(site=OTHER))
        await writer.submit(consent("refused"))
        shelf.error = OSError("no space left")
        posts = (writer.submit(event) for event in (consent(site=OTHER), withdrawal))
        results = await asyncio.gather(*posts, return_exceptions=True)
        assert [type(result) for result in results] == [Recorded, Unavailable]
        shelf.error = None
        assert (await writer.submit(withdrawal)).repeated
        assert [head.size for head in shelf.heads] == [2]

    run(gate, test)
