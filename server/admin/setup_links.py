"""The one-time link by which an administrator is made: there is no default password."""

import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.storage.tables import setup_links

LIFE_MS = 86_400_000


def new_link(connection: Connection, now: int) -> str:
    """Return the secret of a new link, of which only the hash is stored; older links end. now: in ms."""
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(setup_links))
    connection.execute(sa.insert(setup_links).values(token_sha256=_digest(token), expires_ms=now + LIFE_MS))
    return token


def is_valid(connection: Connection, token: str, now: int) -> bool:
    """Say whether a link can still be used."""
    where = sa.and_(setup_links.c.token_sha256 == _digest(token), setup_links.c.expires_ms > now)
    return connection.execute(sa.select(setup_links.c.expires_ms).where(where)).first() is not None


def use_link(connection: Connection, token: str, now: int) -> bool:
    """Use a link up; say whether it was valid. Of two that use it at once, one succeeds."""
    where = sa.and_(setup_links.c.token_sha256 == _digest(token), setup_links.c.expires_ms > now)
    return connection.execute(sa.delete(setup_links).where(where)).rowcount == 1


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
