"""Texts under a name."""

from consentinel.server.storage.database import Database
from consentinel.server.storage.facts import drop_fact, fact, keep_fact, keep_first_fact


def test_a_fact_is_kept_replaced_and_forgotten(database: Database) -> None:
    with database.write() as connection:
        assert fact(connection, "a") is None
        keep_fact(connection, "a", "1")
        keep_fact(connection, "a", "2")
        keep_fact(connection, "b", "3")
        assert (fact(connection, "a"), fact(connection, "b")) == ("2", "3")
        drop_fact(connection, "a")
        drop_fact(connection, "a")
        assert (fact(connection, "a"), fact(connection, "b")) == (None, "3")


def test_the_first_fact_stays(database: Database) -> None:
    with database.write() as connection:
        keep_first_fact(connection, "a", "1")
        keep_first_fact(connection, "a", "2")
        assert fact(connection, "a") == "1"
