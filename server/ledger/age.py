"""Whether the clock can be trusted to tell a record's age: erasure by age cannot be taken back."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS
from consentinel.server.storage.facts import drop_fact, fact, keep_first_fact
from consentinel.server.storage.tables import shards

# A server at which for longer nobody has answered, and no administrator has logged in, is rare.
MOST_AHEAD_MS = 400 * DAY_MS
_FACT = "newest_before_the_clock_was_ahead"


def ahead_ms(connection: Connection, now_ms: int) -> int:
    """Return how far a time is beyond the newest entry that no doubtful clock has dated; 0 without one."""
    kept = fact(connection, _FACT)
    newest = _newest_ms(connection) if kept is None else int(kept)
    return now_ms - newest if newest else 0


def watched_ms(connection: Connection, now_ms: int) -> int:
    """As `ahead_ms`, and keep the newest entry where it is too far: what follows is dated by that clock.

    It is kept until the clock is right again, so that a restart makes no wrong clock a trusted one.
    """
    ahead = ahead_ms(connection, now_ms)
    if ahead <= MOST_AHEAD_MS:
        trust(connection)
    else:
        keep_first_fact(connection, _FACT, str(now_ms - ahead))
    return ahead


def trust(connection: Connection) -> None:
    """Forget that the clock was in doubt."""
    drop_fact(connection, _FACT)


def _newest_ms(connection: Connection) -> int | None:
    newest: int | None = connection.execute(sa.select(sa.func.max(shards.c.last_ms))).scalar_one()
    return newest
