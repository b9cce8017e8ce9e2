"""At which address the server of a database was last started: what is published shall ask there."""

from sqlalchemy.engine import Connection

from consentinel.server.storage.database import Database
from consentinel.server.storage.facts import fact, keep_fact

_FACT = "served_at"


def keep_served_at(database: Database, public_url: str) -> None:
    """Note where browsers reach the server that starts now. Raises StorageError."""
    with database.write() as connection:
        if served_at(connection) != public_url:
            keep_fact(connection, _FACT, public_url)


def served_at(connection: Connection) -> str:
    """Return where browsers reach the server that was started last; '' where none was."""
    return fact(connection, _FACT) or ""
