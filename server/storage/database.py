"""One database, used from threads: transactions that read a snapshot, and transactions that write."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import ParamSpec, TypeVar

from sqlalchemy.engine import Connection

from consentinel.server.errors import Unavailable
from consentinel.server.storage import engines
from consentinel.server.storage.engines import for_reading, for_writing, make_engine, sqlite_file
from consentinel.server.storage.failures import told

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 8
# Beside those of the threads: the group writer's, and those of commands and background work.
_MORE_CONNECTIONS = 4
# More than these would wait longer than a visitor's browser does.
MAX_WAITING = 256


class Database:
    """The engine and two ways to use it, from any thread: each transaction has its own connection."""

    def __init__(self, url: str) -> None:
        """Use a database at `sqlite:///path` or `postgresql://…`; nothing is opened yet.

        Raises StorageError for another address.
        """
        self.engine = make_engine(url, THREADS + _MORE_CONNECTIONS)
        self._reads = for_reading(self.engine)
        self._writes = for_writing(self.engine)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self._waiting = 0
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return sqlite_file(self.engine.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing. Raises StorageError."""
        with told(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is durable once this block has ended without an error. Raises StorageError.

        On SQLite it is the only writer from its start (BEGIN IMMEDIATE).
        """
        with self._turn() if self.is_sqlite else nullcontext(), told(), self._writes.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let writers of this process queue here: SQLite lets them look again and again, by chance."""
        if not self._writer.acquire(timeout=engines.BUSY_TIMEOUT_MS / 1000):
            raise Unavailable("another request holds the database for too long")
        try:
            yield
        finally:
            self._writer.release()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that uses the database in a thread. Raises Unavailable where too many wait already.

        It goes on to its end also where the caller is cancelled.
        """
        if self._waiting >= MAX_WAITING:
            raise Unavailable("too many requests wait for the database")
        context = contextvars.copy_context()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: context.run(function, *args, **kwargs)
            )
        finally:
            self._waiting -= 1

    async def reading(self, function: Callable[..., T], *args: object) -> T:
        """Call `function(connection, *args)` in a reading transaction, in a thread."""

        def transaction() -> T:
            with self.read() as connection:
                return function(connection, *args)

        return await self.run(transaction)

    async def writing(self, function: Callable[..., T], *args: object) -> T:
        """Call `function(connection, *args)` in a writing transaction, in a thread."""

        def transaction() -> T:
            with self.write() as connection:
                return function(connection, *args)

        return await self.run(transaction)

    def close(self) -> None:
        """Wait for what runs in threads, then let go of all connections."""
        self._threads.shutdown()
        self.engine.dispose()
