"""An application with two sites. What a layer does is the same on both databases.

`client` is fresh; modules that leave nothing behind replace it by `shared`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.applications import FixedClock, add_site, client_of, make_app


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def client(sqlite_database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[TestClient]:
    with client_of(make_app(sqlite_database, tmp_path / "data", clock=clock)) as client:
        add_site(client, "https://shop.example")
        add_site(client, "http://127.0.0.1:9000")
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_of(make_app(None, tmp_path_factory.mktemp("shared"), clock=FixedClock())) as client:
        add_site(client, "https://shop.example")
        add_site(client, "http://127.0.0.1:9000")
        yield client
