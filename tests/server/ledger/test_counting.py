"""Counts by day, regime, version and answer, and by nothing that is about a person."""

from collections import Counter

import sqlalchemy as sa

from consentinel.server.ledger.counting import Cell, add_counts
from consentinel.server.ledger.events import CountKey
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import OTHER, SITE

SAVED = CountKey("eu", "3", "banner", functional=True, performance=False, targeting=False)
REFUSED = CountKey("eu", "3", "banner", functional=False, performance=False, targeting=False)


def add(database: Database, *cells: tuple[Cell, int]) -> None:
    with database.write() as connection:
        add_counts(connection, Counter(dict(cells)))


def number_of(database: Database, cell: Cell) -> int:
    query = sa.select(tables.counts.c.number).where(
        tables.counts.c.site == cell.site,
        tables.counts.c.day == cell.day,
        tables.counts.c.type == cell.type,
        tables.counts.c.functional == cell.key.functional,
    )
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none() or 0


def test_counts_add_up(database: Database) -> None:
    given, refused = Cell(SITE, 20_000, "given", SAVED), Cell(SITE, 20_000, "refused", REFUSED)
    add(database, (given, 2), (refused, 5))
    add(database, (given, 3))
    assert (number_of(database, given), number_of(database, refused)) == (5, 5)


def test_sites_and_days_are_counted_apart(database: Database) -> None:
    add(database, (Cell(SITE, 20_000, "given", SAVED), 1), (Cell(SITE, 20_001, "given", SAVED), 2))
    assert number_of(database, Cell(SITE, 20_001, "given", SAVED)) == 2
    assert number_of(database, Cell(OTHER, 20_000, "given", SAVED)) == 0


def test_nothing_to_count_changes_nothing(database: Database) -> None:
    add(database)
    with database.read() as connection:
        assert connection.execute(sa.select(tables.counts)).all() == []
