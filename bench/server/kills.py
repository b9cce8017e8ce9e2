"""`kill -9` in the middle of writes, again and again: is every choice that was acknowledged still there?

It cannot see a missing sync to the disk, as the system keeps what a dead process has written: for that,
tests/server/faults/test_sync.py counts the syncs.
"""

import asyncio
import os
import random
import signal
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.server.choices import choice, post
from bench.server.load import NO_ANSWER, Answer, closed_loop
from tests.server.faults.acknowledged import REPEATED, Promise, lost, promises
from tests.support.server_process import ServerProcess

CONNECTIONS = 16
MOST_BEFORE_KILL = 150


@dataclass
class Kills:
    """What came of the rounds.

    acknowledged: each promise of the server. cut_off: requests that a kill has left without an answer; the
    next round sends them again. unsettled: those of the last round. repeated: those that had been written all
    the same. refused: answers that are no success, by status.
    """

    rounds: int = 0
    acknowledged: list[Promise] = field(default_factory=list)
    cut_off: int = 0
    unsettled: list[str] = field(default_factory=list)
    repeated: int = 0
    refused: list[int] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)


def kill_in_rounds(folder: Path, database: str, rounds: int, *, seed: int = 1) -> Kills:
    """Start, load and kill a server so often. folder: has a consentinel.yaml. database: its address."""
    kills = Kills()
    chance = random.Random(seed)
    for _ in range(rounds):
        fresh = [str(uuid.uuid4()) for _ in range(MOST_BEFORE_KILL + 4 * CONNECTIONS)]
        kill_at = len(kills.unsettled) + chance.randrange(1, MOST_BEFORE_KILL)
        _round(kills, folder, database, kills.unsettled + fresh, kill_at)
    kills.lost = lost(database, kills.acknowledged)
    return kills


def _round(kills: Kills, folder: Path, database: str, events: Sequence[str], kill_at: int) -> None:
    with ServerProcess(folder, database=database, rate_limit=False) as server:
        asked = _requests(server.process.pid, events, kill_at)
        outcome = asyncio.run(closed_loop(server.port, asked, connections=CONNECTIONS))
    kills.rounds += 1
    kills.acknowledged += promises(outcome.answers)
    kills.unsettled = [events[answer.number] for answer in outcome.of(NO_ANSWER)]
    kills.cut_off += len(kills.unsettled)
    kills.repeated += outcome.statuses[REPEATED]
    kills.refused += [answer.status for answer in outcome.answers if _is_refusal(answer)]


def _requests(pid: int, events: Sequence[str], kill_at: int) -> Iterator[bytes]:
    """Yield a request for each event, and kill the server at one of them: others are on their way then."""
    for number, event_id in enumerate(events):
        if number == kill_at:
            os.kill(pid, signal.SIGKILL)
        yield post(choice(event_id))


def _is_refusal(answer: Answer) -> bool:
    return answer.status >= 300
