"""What was erased leaves SQLite's log, too: at once where nobody reads an older state, else soon after."""

import sqlite3
import threading
from contextlib import closing

from consentinel.server.storage.database import Database

_EMPTYING_S = 0.25  # without a wait, the log is never emptied under load


class Freeing:
    """Whether SQLite's log may still hold what was erased, and how it is emptied. Safe for threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._is_due = True  # an earlier process may have left something

    def soon(self) -> None:
        """Something was erased: try to empty the log, without making anybody wait."""
        self._try(0)

    def again(self) -> None:
        """Try where the last try has failed, and let writers wait for a moment."""
        if self._is_due:
            self.now()

    def now(self) -> None:
        """Try, and let writers wait for a moment."""
        self._try(_EMPTYING_S)

    def _try(self, patience_s: float) -> None:
        with self._lock:
            self._is_due = True
            self._is_due = not forget_freed(self._database, patience_s)


def forget_freed(database: Database, patience_s: float = _EMPTYING_S) -> bool:
    """Take what was erased out of SQLite's log; return whether the log is empty now.

    It is not while somebody reads an older state: call it again later. PostgreSQL does this by VACUUM.
    """
    if database.file is None:
        return True
    try:
        with closing(sqlite3.connect(database.file, timeout=patience_s)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return bool(busy == 0)
