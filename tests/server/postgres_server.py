"""Databases on a PostgreSQL server: fresh ones, and some that are emptied and used again, as it is faster."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from consentinel.server.storage.tables import METADATA

_APPEND_ONLY = ("leaves", "subtrees")
# What of the schema a test may have changed.
_FINGERPRINT = """
SELECT concat(
  (SELECT string_agg(concat(tgrelid::regclass, tgname, tgenabled), ',' ORDER BY tgname)
     FROM pg_trigger WHERE NOT tgisinternal),
  (SELECT string_agg(concat(attrelid::regclass, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)
     FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND attnum > 0),
  (SELECT string_agg(prosrc, ',') FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT string_agg(array_to_string(setconfig, ','), ',') FROM pg_db_role_setting
     WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())),
  (SELECT string_agg(version_num, ',') FROM alembic_version))
"""


@dataclass
class PostgresServer:
    """A server for the tests' databases. address: of one that exists. template: a migrated one's name."""

    address: str
    template: str
    _fingerprint: str = ""
    _idle: list[str] = field(default_factory=list)

    def lend(self) -> str:
        """Return the address of a migrated, empty database, perhaps one that was given back."""
        return self._idle.pop() if self._idle else self.make()

    def give_back(self, url: str) -> None:
        """Empty a database for the next test; one whose schema is no longer that of the template goes."""
        try:
            self._empty(url)
        except psycopg.Error:
            self.drop(url)
        else:
            self._idle.append(url)

    def make(self, template: str = "") -> str:
        """Make a database, by default migrated and empty; return its address."""
        name = fresh_name()
        self.run("CREATE DATABASE {} TEMPLATE {}", name, template or self.template)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever uses it."""
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", urlsplit(url).path.removeprefix("/"))

    def close(self) -> None:
        """Drop what was lent and given back, and the template."""
        for url in (*self._idle, self.url(self.template)):
            self.drop(url)

    def url(self, name: str) -> str:
        """Return the address of a database of this server."""
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{name}"))

    def run(self, statement: LiteralString, *names: str) -> None:
        """Run a statement outside of any transaction."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _empty(self, url: str) -> None:
        """Raises psycopg.Error where the schema is another."""
        with psycopg.connect(url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            self._compare(connection)
            for table in _APPEND_ONLY:
                connection.execute(
                    sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table))
                )
            for table in reversed(METADATA.sorted_tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
            for table in _APPEND_ONLY:
                connection.execute(
                    sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table))
                )
            connection.execute(
                "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences "
                "WHERE schemaname = 'public'"
            )

    def _compare(self, connection: psycopg.Connection) -> None:
        if not self._fingerprint:
            with psycopg.connect(self.url(self.template)) as template:
                self._fingerprint = _fingerprint(template)
        if _fingerprint(connection) != self._fingerprint:
            raise psycopg.ProgrammingError("a test has changed the schema")


def fresh_name() -> str:
    """Return a name for a database that nobody else has."""
    return f"consentinel_test_{secrets.token_hex(8)}"


def _run_for(statement: LiteralString, tables: Iterable[str], connection: psycopg.Connection) -> None:
    for table in tables:
        connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def _fingerprint(connection: psycopg.Connection) -> str:
    row = connection.execute(_FINGERPRINT).fetchone()
    return "" if row is None else str(row[0])
