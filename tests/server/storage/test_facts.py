"""Texts under a name."""

from sqlalchemy.engine import Connection

from consentinel.server.storage.database import Database
from consentinel.server.storage.facts import drop_fact, fact, facts_below, keep_fact, keep_first_fact
from tests.server.storage.overlapping import overlapping


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


def test_of_two_who_keep_the_first_at_once_both_have_the_same(database_url: str) -> None:
    def keep(connection: Connection, value: str) -> str | None:
        keep_first_fact(connection, "a", value)
        return fact(connection, "a")

    found = overlapping(database_url, lambda one: keep(one, "1"), lambda other: keep(other, "2"))
    assert found == ("1", "1")


def test_of_two_who_replace_a_fact_at_once_the_later_one_counts(
    database_url: str, database: Database
) -> None:
    overlapping(database_url, lambda one: keep_fact(one, "a", "1"), lambda other: keep_fact(other, "a", "2"))
    with database.read() as connection:
        assert fact(connection, "a") == "2"


def test_a_fact_that_is_forgotten_at_this_moment_is_kept_anew(database_url: str, database: Database) -> None:
    with database.write() as connection:
        keep_fact(connection, "a", "1")
    overlapping(database_url, lambda one: drop_fact(one, "a"), lambda other: keep_first_fact(other, "a", "2"))
    with database.read() as connection:
        assert fact(connection, "a") == "2"


def test_what_is_below_a_name_is_found(database: Database) -> None:
    with database.write() as connection:
        for name in ("a/1", "a/2", "ab", "b/1"):
            keep_fact(connection, name, f"of {name}")
        assert facts_below(connection, "a/") == {"a/1": "of a/1", "a/2": "of a/2"}
        assert facts_below(connection, "c/") == {}
