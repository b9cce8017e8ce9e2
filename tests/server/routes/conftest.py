"""Fixtures for the tests of the routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consentinel.server.storage.database import Database
from tests.server.routes.api import Api, running


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Api]:
    """The application on either database."""
    with running(database, tmp_path) as api:
        yield api


@pytest.fixture
def sqlite_api(sqlite_database: Database, tmp_path: Path) -> Iterator[Api]:
    """The application on SQLite, for what does not touch the database."""
    with running(sqlite_database, tmp_path) as api:
        yield api
