"""The name of a database: given once, and a backup has it, too."""

import re

from consentinel.server.ledger.identity import identity, named
from consentinel.server.storage.database import Database


def test_a_name_is_given_once(database: Database) -> None:
    with database.read() as connection:
        assert identity(connection) is None
    first = named(database)
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert named(database) == first
    with database.read() as connection:
        assert identity(connection) == first
