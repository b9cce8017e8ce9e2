"""How far a clock is beyond the ledger."""

from pathlib import Path

from consentinel.server.ledger.age import MOST_AHEAD_MS, ahead_ms, trust, watched_ms
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import DAY_MS, OTHER, START_MS, Books


def ahead(database: Database, now_ms: int) -> int:
    with database.read() as connection:
        return ahead_ms(connection, now_ms)


def test_an_empty_ledger_tells_nothing(database: Database) -> None:
    assert ahead(database, START_MS) == 0


def test_the_newest_entry_of_all_sites_counts(database: Database, tmp_path: Path) -> None:
    books = Books(database, tmp_path)
    books.fill(1)
    books.clock.now_ms += 100 * DAY_MS
    books.fill(1, site=OTHER)
    assert ahead(database, START_MS + 107 * DAY_MS) == 7 * DAY_MS
    assert ahead(database, START_MS) == -100 * DAY_MS


def test_a_clock_in_doubt_stays_in_doubt_until_it_is_right_or_trusted(
    database: Database, tmp_path: Path
) -> None:
    books = Books(database, tmp_path)
    books.fill(1)
    newest = START_MS + MOST_AHEAD_MS
    books.clock.now_ms = newest + 10 * DAY_MS
    with database.write() as connection:
        assert watched_ms(connection, books.clock.now_ms) > MOST_AHEAD_MS
    books.fill(1)
    far = ahead(database, books.clock.now_ms)
    assert far > MOST_AHEAD_MS
    with database.write() as connection:
        assert watched_ms(connection, books.clock.now_ms) == far
        trust(connection)
    assert ahead(database, books.clock.now_ms) <= DAY_MS
