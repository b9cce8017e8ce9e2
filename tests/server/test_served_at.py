"""Where the server of a database is, on both databases."""

from consentinel.server.served_at import keep_served_at, served_at
from consentinel.server.storage.database import Database


def test_the_last_start_counts(database: Database) -> None:
    with database.read() as connection:
        assert served_at(connection) == ""
    for address in ("http://127.0.0.1:8080", "http://127.0.0.1:9000", "http://127.0.0.1:9000"):
        keep_served_at(database, address)
        with database.read() as connection:
            assert served_at(connection) == address
