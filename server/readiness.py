"""Whether the database can be used, for all who ask (T20): anybody may, and as often as they like."""

import asyncio
import time
from collections.abc import Callable

from consentinel.server.errors import StorageError
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import needs_upgrade

_RECHECK_S = 1.0


class Readiness:
    """Looks at the database once a second at most; who asks meanwhile gets the same answer."""

    def __init__(self, database: Database, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """Know nothing yet: the first who asks makes the first look."""
        self._database = database
        self._now_s = now_s
        self._looked_s = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._problem = ""

    async def problem(self) -> str:
        """Return why the database cannot be used, '' where it can."""
        task, now = self._looking, self._now_s()
        if task is None and now - self._looked_s >= _RECHECK_S:
            self._looked_s = now
            task = self._looking = asyncio.create_task(self._look())
        if task is not None:
            await asyncio.shield(task)
        return self._problem

    async def _look(self) -> None:
        try:
            is_old = await self._database.run(needs_upgrade, self._database)
            self._problem = "the schema is old: run `consentinel db upgrade`" if is_old else ""
        except StorageError as error:
            self._problem = str(error)
        except Exception:
            self._problem = "the database cannot be looked at: see the log"
            raise
        finally:
            self._looking = None
