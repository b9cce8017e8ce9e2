"""The administrators, in the database."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.storage.tables import users
from consentinel.server.storage.upsert import insert

MOST_NAME_LENGTH = 128


@dataclass(frozen=True)
class Account:
    """An administrator as stored. password_hash: argon2id, '$argon2id$…'."""

    id: int
    name: str
    password_hash: str


def account_named(connection: Connection, name: str) -> Account | None:
    """Return an administrator; None where there is none of that name."""
    return _account(connection.execute(sa.select(users).where(users.c.name == name)).one_or_none())


def account(connection: Connection, user_id: int) -> Account | None:
    """Return an administrator by number."""
    return _account(connection.execute(sa.select(users).where(users.c.id == user_id)).one_or_none())


def any_account(connection: Connection) -> bool:
    """Say whether there is an administrator."""
    return connection.execute(sa.select(users.c.id).limit(1)).first() is not None


def new_account(connection: Connection, name: str, password_hash: str, now: int) -> Account | None:
    """Store an administrator; None where the name is taken. now: in ms since 1970."""
    made = insert(connection, users).values(name=name, password_hash=password_hash, created_ms=now)
    stored = made.on_conflict_do_nothing(index_elements=[users.c.name]).returning(users.c.id)
    user_id = connection.execute(stored).scalar_one_or_none()
    return None if user_id is None else Account(user_id, name, password_hash)


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Replace a password."""
    connection.execute(sa.update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def _account(row: Row[tuple[object, ...]] | None) -> Account | None:
    return None if row is None else Account(row.id, row.name, row.password_hash)
