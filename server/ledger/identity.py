"""Which database it is: a random name within it, which a copy or a backup of it has, too."""

from uuid import uuid4

from sqlalchemy.engine import Connection

from consentinel.server.storage.database import Database
from consentinel.server.storage.facts import fact, keep_first_fact

_FACT = "identity"


def identity(connection: Connection) -> str | None:
    """Return the name of a database, 32 hex digits; None where it has none yet."""
    return fact(connection, _FACT)


def named(database: Database) -> str:
    """Return the name of a database that may have none yet; of several that give it one, the first does."""
    with database.write() as connection:
        keep_first_fact(connection, _FACT, uuid4().hex)
        return identity(connection) or ""
