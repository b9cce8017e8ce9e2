"""Statements for many rows: each row once, whatever their number."""

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentinel.server.ledger.statements import Statement, insertion
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database

KEEP = insertion("facts", "name", "value")
FIND = Statement("SELECT name FROM facts WHERE name IN (", 1, ") AND value <> ? ORDER BY name")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(number=st.integers(0, 200))
def test_each_row_is_written_and_found_once(database: Database, number: int) -> None:
    rows = [(f"{row:04}", str(row % 7)) for row in range(number)]
    with database.write() as connection:
        connection.execute(sa.delete(tables.facts))
        KEEP.write(connection, rows)
        assert connection.execute(sa.select(tables.facts).order_by("name")).all() == rows
        found = {row.name for row in FIND.read(connection, [(name,) for name, _ in rows], "3")}
        assert found == {name for name, value in rows if value != "3"}


def test_nothing_asks_nothing(database: Database) -> None:
    with database.read() as connection:
        assert list(FIND.read(connection, [], "3")) == []
