"""A client of an application on each database, and the clock of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.applications import FixedClock, client_of, make_app


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def client(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[TestClient]:
    with client_of(make_app(database, tmp_path / "data", clock=clock)) as client:
        yield client
