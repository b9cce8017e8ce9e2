"""`python -m bench.server.ledger [sqlite:///path | postgresql://…]`: what a record costs, without HTTP.

For each size of a group what one record takes, by the clock and of the processor; then what is reached with
64 that wait in turns, each after some work of its own, as the handler of a request has it.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from consentinel.server.clock import now_ms
from consentinel.server.ledger.events import CountKey, Json, NewEvent, new_id
from consentinel.server.ledger.group_writer import GroupWriter
from consentinel.server.ledger.writer import Ledger
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import upgrade

SITE = "shop.example"
WAITING = 64
RECORDS = 4_000
WORK_US = 300
GROUPS = (1, 8, 32, 100)
_COUNT = CountKey("eu", "3", "banner", functional=True, performance=False, targeting=False)
_CHOICES: dict[str, Json] = {"functional": True, "performance": False, "targeting": False}
_BODY: dict[str, Json] = {
    "choices": _CHOICES,
    "vendors": {},
    "purposes_hash": "0123abcd",
    "banner_hash": "ab" * 32,
    "bundle_hash": "cd" * 32,
    "version": "3",
    "mode": "strict",
    "locale": "en",
    "regime": "eu",
    "method": "banner",
    "gpc": False,
    "verified": True,
    "client_ts": "2026-11-22T10:10:10Z",
    "expires_at": "2027-05-22T10:10:10.123Z",
}


@dataclass(frozen=True)
class Cost:
    """Of one record. wall_us: by the clock. cpu_us: of the processor, in all threads."""

    wall_us: float
    cpu_us: float


def consent() -> NewEvent:
    """Return a consent as the API makes it."""
    own = new_id()
    return NewEvent(
        site=SITE,
        kind="consent",
        type="given",
        event_id=str(uuid.uuid4()),
        body=_BODY,
        subject=own,
        count=_COUNT,
        expires_ms=now_ms(),
        id=own,
    )


def cost_of_group(ledger: Ledger, size: int) -> Cost:
    """Return the cost of a record in groups of this size, each durable."""
    events = [[consent() for _ in range(size)] for _ in range(max(RECORDS // 4 // size, 5))]

    def write_all() -> None:
        for group in events:
            with ledger.database.write() as connection:
                ledger.record(connection, group)

    return _cost(write_all, len(events) * size)


def cost_of_waiting(ledger: Ledger) -> Cost:
    """Return the cost of a record where many wait in turns for theirs, with the work of each before it."""
    return _cost(lambda: asyncio.run(_in_turns(ledger)), RECORDS)


def _cost(function: Callable[[], None], number: int) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return Cost(
        (time.perf_counter() - wall) / number * 1e6,
        (time.process_time() - cpu) / number * 1e6,
    )


async def _in_turns(ledger: Ledger) -> None:
    writer = GroupWriter(ledger, ledger.database)
    writer.start()

    async def post() -> None:
        for _ in range(RECORDS // WAITING):
            _work()
            await writer.submit(consent())

    try:
        await asyncio.gather(*(post() for _ in range(WAITING)))
    finally:
        await writer.aclose()


def _work() -> None:
    until = time.perf_counter() + WORK_US / 1e6
    while time.perf_counter() < until:
        pass


def measure(url: str) -> None:
    """Print all figures of a database."""
    database = Database(url)
    try:
        upgrade(database)
        ledger = Ledger(database, name="bench.example", clock=now_ms)
        for size in GROUPS:
            cost = cost_of_group(ledger, size)
            print(f"groups of {size:>3}: {cost.wall_us:6.0f} us a record, {cost.cpu_us:6.0f} us of processor")
        cost = cost_of_waiting(ledger)
        rate = 1e6 / cost.wall_us
        print(f"{WAITING} in turns, {WORK_US} us of work each: {rate:.0f} records/s, {cost.cpu_us:.0f} us")
    finally:
        database.close()


def main() -> None:
    """Measure the database that was named, or an SQLite file of its own."""
    if len(sys.argv) > 1:
        measure(sys.argv[1])
        return
    with TemporaryDirectory(prefix="consentinel-bench-") as folder:
        measure(f"sqlite:///{Path(folder) / 'bench.db'}")


if __name__ == "__main__":
    main()
