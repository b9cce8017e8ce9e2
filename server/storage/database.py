"""One database, used from threads: transactions that read a snapshot, and transactions that write."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

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

    @property
    def place(self) -> str:
        """Where it is, without user and password: for people."""
        if self.file is not None:
            return str(self.file.absolute())
        url = self.engine.url
        return f"{url.host or 'this machine'}:{url.port or 5432}/{url.database}"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing. Raises StorageError."""
        with told(self.place), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is durable once this block has ended without an error. Raises StorageError.

        On SQLite it is the only writer from its start (BEGIN IMMEDIATE).
        """
        turn = self._turn() if self.is_sqlite else nullcontext()
        with turn, told(self.place), self._writes.begin() as connection:
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

    async def reading(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(connection, …)` in a reading transaction, in a thread. Raises StorageError."""
        return await self.run(lambda: _within(self.read, function, *args, **kwargs))

    async def writing(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(connection, …)` in a writing transaction, in a thread. Raises StorageError."""
        return await self.run(lambda: _within(self.write, function, *args, **kwargs))

    def close(self) -> None:
        """Wait for what runs in threads, then let go of all connections."""
        self._threads.shutdown()
        self.engine.dispose()


def _within(
    transaction: Callable[[], AbstractContextManager[Connection]],
    function: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with transaction() as connection:
        return function(connection, *args, **kwargs)
