"""`python -m tests.server.ledger.writing_process URL FIRST LAST`: records events, as one server of several.

It begins when a line comes in, and says a line for each acknowledged event: its number, its position, and
whether it was there before.
"""

import asyncio
import sys
from contextlib import closing
from uuid import UUID

from consentinel.server.clock import now_ms
from consentinel.server.ledger.events import NewEvent
from consentinel.server.ledger.group_writer import GroupWriter
from consentinel.server.ledger.writer import Ledger
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import SITE


async def write(database: Database, numbers: range) -> None:
    ledger = Ledger(database, name="ledger.example", clock=now_ms)
    writer = GroupWriter(ledger, database, deadline_ms=120_000)
    writer.start()
    try:
        await asyncio.gather(*(post(writer, number) for number in numbers))
    finally:
        await writer.aclose()


async def post(writer: GroupWriter, number: int) -> None:
    event_id = str(UUID(int=number))
    event = NewEvent(site=SITE, kind="consent", type="refused", event_id=event_id, body={"number": number})
    recorded = await writer.submit(event)
    say(f"{number} {recorded.position} {int(recorded.repeated)}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    url, first, last = sys.argv[1:]
    with closing(Database(url)) as database:
        say("ready")
        sys.stdin.readline()
        asyncio.run(write(database, range(int(first), int(last))))


if __name__ == "__main__":
    main()
