"""The one-time link by which an administrator is made: there is no default password."""

import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.clock import DAY_MS
from consentinel.server.storage.tables import setup_links

LIFE_MS = DAY_MS


def new_link(connection: Connection, now: int) -> str:
    """Return the secret of a new link, of which only the hash is stored. now: in ms since 1970.

    Links from before go on: another process that started at the same time has printed its own.
    """
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(setup_links).where(setup_links.c.expires_ms <= now))
    connection.execute(sa.insert(setup_links).values(token_sha256=_digest(token), expires_ms=now + LIFE_MS))
    return token


def is_valid(connection: Connection, token: str, now: int) -> bool:
    """Say whether a link can still be used."""
    query = sa.select(setup_links.c.expires_ms).where(_valid(token, now))
    return connection.execute(query).first() is not None


def use_link(connection: Connection, token: str, now: int) -> bool:
    """Use a link up, and all others with it; say whether it was valid.

    Of two that use it at once, one succeeds.
    """
    was_valid = connection.execute(sa.delete(setup_links).where(_valid(token, now))).rowcount == 1
    if was_valid:
        connection.execute(sa.delete(setup_links))
    return was_valid


def _valid(token: str, now: int) -> sa.ColumnElement[bool]:
    return sa.and_(setup_links.c.token_sha256 == _digest(token), setup_links.c.expires_ms > now)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
