from pathlib import Path

import pytest

from consentinel.server.storage.database import Database
from tests.server.ledger.histories import Books


@pytest.fixture
def books(database: Database, tmp_path: Path) -> Books:
    return Books(database, tmp_path)
