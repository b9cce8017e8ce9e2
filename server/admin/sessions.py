"""Who is logged in. The browser has a random token, the database its hash: a stolen table opens nothing."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.base64url import encoded
from consentinel.server.clock import DAY_MS
from consentinel.server.storage.tables import sessions, users

IDLE_MS = 8 * 3_600_000
LONGEST_MS = 7 * DAY_MS
# A session that is used is prolonged, but not written at each click.
_PROLONG_AFTER_MS = 300_000
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class User:
    """An administrator who is logged in."""

    id: int
    name: str


def new_session(connection: Connection, user_id: int, now: int) -> str:
    """Log somebody in and return the token for the browser. now: in ms since 1970."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    values = {"user_id": user_id, "created_ms": now, "expires_ms": now + IDLE_MS}
    connection.execute(sa.insert(sessions).values(token_sha256=_digest(token), **values))
    return token


def session_user(connection: Connection, token: str, now: int) -> tuple[User, bool] | None:
    """Return who has a token, and whether the session should be prolonged; None for one that is not valid."""
    where = sa.and_(sessions.c.token_sha256 == _digest(token), sessions.c.expires_ms > now)
    query = sa.select(sessions, users.c.name).join(users, users.c.id == sessions.c.user_id).where(where)
    row = connection.execute(query).one_or_none()
    if row is None or now < row.created_ms - IDLE_MS:
        return None
    return User(row.user_id, row.name), _end(row.created_ms, now) - row.expires_ms > _PROLONG_AFTER_MS


def prolong(connection: Connection, token: str, now: int) -> None:
    """Let a session that is used last longer, up to the longest time."""
    mine = sessions.c.token_sha256 == _digest(token)
    created = connection.execute(sa.select(sessions.c.created_ms).where(mine)).scalar_one_or_none()
    if created is not None:
        connection.execute(sa.update(sessions).where(mine).values(expires_ms=_end(created, now)))


def end_session(connection: Connection, token: str) -> None:
    """Log out."""
    connection.execute(sa.delete(sessions).where(sessions.c.token_sha256 == _digest(token)))


def end_sessions(connection: Connection, user_id: int) -> None:
    """Log somebody out everywhere."""
    connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))


def forget_ended(connection: Connection, now: int) -> int:
    """Delete sessions that have run out; return how many."""
    return connection.execute(sa.delete(sessions).where(sessions.c.expires_ms <= now)).rowcount


def csrf_of(token: str) -> str:
    """Return the token that each form of this session carries: it tells nothing of the session's own."""
    return encoded(hmac.digest(token.encode(), b"consentinel csrf", hashlib.sha256))


def _end(created_ms: int, now: int) -> int:
    return min(now + IDLE_MS, created_ms + LONGEST_MS)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
