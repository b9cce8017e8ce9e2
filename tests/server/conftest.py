"""Fixtures for the tests of the server."""

from tests.server.databases import (
    database,
    database_url,
    empty_url,
    postgres_server,
    postgresql_database,
    postgresql_url,
    sqlite_database,
    sqlite_template,
    sqlite_url,
    temporary_cluster,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "postgres_server",
    "postgresql_database",
    "postgresql_url",
    "sqlite_database",
    "sqlite_template",
    "sqlite_url",
    "temporary_cluster",
]
