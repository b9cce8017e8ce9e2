"""Two transactions at once: the second one begins before the first one has ended."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.storage.database import Database

T = TypeVar("T")
_LONGEST_S = 30
# What pg_stat_activity says stays the same to the end of a transaction; this does not.
_WAIT_FOR_THIS = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


def overlapping(url: str, first: Callable[[Connection], T], second: Callable[[Connection], T]) -> tuple[T, T]:
    """Return what two transactions return, each on a connection of another `Database`.

    The first one ends once the second waits for it; or has ended, where it need not. On SQLite nobody can
    see it wait: there the first one ends as soon as the second is about to begin.
    """
    with closing(Database(url)) as one, closing(Database(url)) as other, ThreadPoolExecutor(1) as thread:
        begins = threading.Event()

        def later() -> T:
            begins.set()
            with other.write() as connection:
                return second(connection)

        with one.write() as connection:
            found = first(connection)
            following = thread.submit(later)
            assert begins.wait(_LONGEST_S)
            if not one.is_sqlite:
                _wait_until_it_waits(connection, following)
        return found, following.result(_LONGEST_S)


def _wait_until_it_waits(connection: Connection, following: Future[T]) -> None:
    until = time.monotonic() + _LONGEST_S
    while not following.done() and not connection.scalar(sa.text(_WAIT_FOR_THIS)):
        assert time.monotonic() < until, "the second transaction neither waits nor ends"
        time.sleep(0.005)
