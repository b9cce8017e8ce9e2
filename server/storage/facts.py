"""What is known once of the whole database: a text under a name."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.storage.tables import facts
from consentinel.server.storage.upsert import insert


def fact(connection: Connection, name: str) -> str | None:
    """Return what is kept under a name; None for nothing."""
    found: str | None = connection.execute(
        sa.select(facts.c.value).where(facts.c.name == name)
    ).scalar_one_or_none()
    return found


def facts_below(connection: Connection, start: str) -> dict[str, str]:
    """Return what is kept under names that begin so."""
    found = connection.execute(sa.select(facts.c.name, facts.c.value).where(facts.c.name.startswith(start)))
    return {row.name: row.value for row in found}


def keep_fact(connection: Connection, name: str, value: str) -> None:
    """Keep a text under a name, in place of what was there."""
    kept = insert(connection, facts).values(name=name, value=value)
    connection.execute(kept.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value}))


def keep_first_fact(connection: Connection, name: str, value: str) -> None:
    """Keep a text under a name where nothing is there; of several who do so at once, the first does."""
    connection.execute(insert(connection, facts).values(name=name, value=value).on_conflict_do_nothing())


def drop_fact(connection: Connection, name: str) -> None:
    """Forget what is kept under a name, if anything is."""
    connection.execute(sa.delete(facts).where(facts.c.name == name))
