"""What happens when the server starts and ends, and what runs beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import Connection
from starlette.applications import Starlette

from consentinel.scanner.errors import ConsentinelError, InputError
from consentinel.server.admin.sessions import forget_ended
from consentinel.server.background import Task, repeat
from consentinel.server.clock import DAY_MS, ClockWatch
from consentinel.server.errors import LedgerError
from consentinel.server.ledger.age import MOST_AHEAD_MS, watched_ms
from consentinel.server.ledger.checkpoint import checkpoint_all
from consentinel.server.ledger.erasure import finish_erasures, prune_all
from consentinel.server.ledger.nonces import forget_nonces
from consentinel.server.logs import log
from consentinel.server.metrics import Metrics
from consentinel.server.site_directory import SiteDirectory
from consentinel.server.site_files import SiteFiles
from consentinel.server.state import Services
from consentinel.server.storage.migrate import upgrade

_SITES_S = 2
_HISTORY_S = 60
_RETENTION_S = 3_600
_FREEING_S = 60
_ERASURES_S = 60


class Lifecycle:
    """The start and the end of one application, and its tasks."""

    def __init__(self, services: Services, *, owns_database: bool) -> None:
        """owns_database: whether the database is closed at the end."""
        self._services = services
        self._owns_database = owns_database
        self._files = SiteFiles(services.settings.sites)
        self._watch = ClockWatch(services.clock)
        self._ahead_at_start_ms = 0
        self._prepared = False
        self._has_looked = False

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Prepare, run the writer and the tasks, and at the end write all that was accepted.

        Raises ConsentinelError where the server cannot start.
        """
        services = self._services
        try:
            await services.database.run(self.prepare)
            services.writer.start()
            try:
                async with _running(self._tasks(), services.metrics):
                    yield
            finally:
                await services.writer.aclose()
                await services.database.run(self._remember)
        finally:
            if self._owns_database:
                services.database.close()

    def prepare(self) -> None:
        """Bring the database up to date, read the sites, and look whether the ledger is whole; once.

        The lifespan does it; who wants to see the errors before there is a server does it first. Raises
        StorageError, and InputError for a settings file of a site.
        """
        if self._prepared:
            return
        upgrade(self._services.database, data=self._services.settings.data)
        self._read_sites()
        with suppress(LedgerError):  # told as a loss: banners are served all the same
            self._look_at_history()
            self._has_looked = True
        self._compare_clock()
        self._prepared = True

    def _remember(self) -> None:
        """Let the anchor learn the last answers: after a clean end it knows all that was recorded."""
        with suppress(ConsentinelError):  # told by the next start
            self._look_at_history()

    def _tasks(self) -> list[Task]:
        run, unseen = self._services.database.run, not self._has_looked
        return [
            Task("sites", _SITES_S, lambda: run(self._read_sites)),
            Task("checkpoints", self._services.settings.checkpoint_s, lambda: run(self._make_checkpoints)),
            Task("history", _HISTORY_S, lambda: run(self._look_at_history), has_failed=unseen),
            Task("erasures", _ERASURES_S, lambda: run(self._finish_erasures)),
            Task("retention", _RETENTION_S, lambda: run(self._forget)),
            Task("freeing", _FREEING_S, lambda: run(self._services.ledger.freeing.again)),
        ]

    def _read_sites(self) -> None:
        database = self._services.database
        sites = self._services.sites
        if self._files.changed():
            self._load_files(sites)
        with database.read() as connection:
            changed = sites.refresh(connection)
        if changed and sites.unreadable:
            log("warning", "settings of sites cannot be read", reasons=list(sites.unreadable.values()))

    def _load_files(self, sites: SiteDirectory) -> None:
        try:
            self._files.load(self._services.database, self._services.clock())
        except InputError as error:
            sites.file_problem = str(error)
            raise
        sites.file_problem = ""

    def _make_checkpoints(self) -> None:
        services = self._services
        if services.history.losses:
            log("error", "no checkpoint is signed: the ledger has lost something")
            return
        checkpoint_all(services.database, services.keys, services.clock, services.anchor)

    def _look_at_history(self) -> None:
        history = self._services.history
        before = history.losses
        try:
            history.look(self._services.database)
        finally:
            self._services.metrics.losses.set(len(history.losses))
            _tell_losses(before, history.losses)

    def _compare_clock(self) -> None:
        """Compare the clock with the ledger before anything is recorded by it."""
        with self._services.database.write() as connection:
            self._ahead_at_start_ms = watched_ms(connection, self._services.clock())

    def _finish_erasures(self) -> None:
        """Go on with what a crash has left undone; none of it has been told to anybody since."""
        services = self._services
        if not services.history.losses and (number := finish_erasures(services.database, services.ledger)):
            log("info", "an erasure that had been interrupted is done", records=number)

    def _forget(self) -> None:
        """Delete what nobody needs any more: payloads after their time, used nonces, ended sessions."""
        services, now = self._services, self._services.clock()
        if not services.history.losses and self._clock_is_right():
            prune_all(services.database, services.ledger, now, services.settings.proof_days)
        with services.database.write() as connection:
            _forget_rows(connection, now)
        services.ledger.freeing.now()

    def _clock_is_right(self) -> bool:
        """Say whether age can be told: a clock that was set ahead by years would have everybody erased."""
        jumped_ms = self._watch.ahead_ms()
        if jumped_ms >= DAY_MS:
            days = jumped_ms // DAY_MS
            log("error", "the clock was set ahead: nothing is erased by age until the next start", days=days)
            return False
        ahead = self._ahead_at_start_ms + jumped_ms
        if ahead > MOST_AHEAD_MS:
            log(
                "error",
                "the clock is far ahead of the ledger: nothing is erased by age; "
                "if it is right: consentinel ledger prune --yes, and start again",
                days=ahead // DAY_MS,
            )
        return ahead <= MOST_AHEAD_MS


def _tell_losses(before: Sequence[str], now: Sequence[str]) -> None:
    if now:
        log("error", "the ledger has lost something: no consent is served", reasons=list(now))
    elif before:
        log("info", "the ledger has what it had lost, or it was accepted: consents are served")


def _forget_rows(connection: Connection, now: int) -> None:
    forget_nonces(connection, now)
    forget_ended(connection, now)


@asynccontextmanager
async def _running(tasks: list[Task], metrics: Metrics) -> AsyncIterator[None]:
    """Run tasks until the block ends."""
    running = [asyncio.create_task(repeat(task, metrics), name=task.name) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
