"""Trees by site and quarter: which takes records, whatever the clock does and however many write."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from consentinel.server.ledger.shards import (
    Shard,
    all_heads,
    heads_of,
    lock_shards,
    origin_of,
    period_of,
    shards_of,
)
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, START_MS

NAME = "ledger.example"
QUARTER_MS = 92 * DAY_MS


def lock(database: Database, *sites: str, now_ms: int = START_MS) -> dict[str, Shard]:
    with database.write() as connection:
        return lock_shards(connection, NAME, sites, now_ms)


def change(database: Database, shard: Shard, **values: object) -> None:
    with database.write() as connection:
        connection.execute(sa.update(tables.shards).where(tables.shards.c.id == shard.id).values(values))


@pytest.mark.parametrize(
    ("when", "period"),
    [
        ((2026, 1, 1), "2026Q1"),
        ((2026, 3, 31, 23, 59, 59), "2026Q1"),
        ((2026, 4, 1), "2026Q2"),
        ((2026, 9, 30), "2026Q3"),
        ((2026, 12, 31), "2026Q4"),
    ],
)
def test_a_year_has_four_quarters(when: tuple[int, int, int], period: str) -> None:
    assert period_of(int(datetime(*when, tzinfo=UTC).timestamp() * 1000)) == period


def test_the_second_tree_of_a_quarter_has_another_name() -> None:
    assert origin_of(NAME, SITE, "2026Q4", 1) == "ledger.example/shop.example/2026Q4"
    assert origin_of(NAME, SITE, "2026Q4", 2) == "ledger.example/shop.example/2026Q4.2"


def test_each_site_has_a_tree_of_its_own(database: Database) -> None:
    made = lock(database, SITE, OTHER)
    assert made[SITE].id != made[OTHER].id
    assert made == lock(database, OTHER, SITE)
    with database.read() as connection:
        assert [head.origin for head in heads_of(connection, SITE)] == [f"{NAME}/{SITE}/2026Q4"]
        assert len(all_heads(connection)) == 2


def test_a_new_quarter_begins_a_new_tree(database: Database) -> None:
    first = lock(database, SITE)[SITE]
    second = lock(database, SITE, now_ms=START_MS + QUARTER_MS)[SITE]
    assert (second.period, second.generation, second.id != first.id) == ("2027Q1", 1, True)


def test_a_clock_that_was_set_back_stays_in_the_newest_tree(database: Database) -> None:
    later = lock(database, SITE, now_ms=START_MS + QUARTER_MS)[SITE]
    change(database, later, last_ms=START_MS + QUARTER_MS)
    assert lock(database, SITE, now_ms=START_MS)[SITE].id == later.id


def test_a_closed_tree_takes_no_more(database: Database) -> None:
    first = lock(database, SITE)[SITE]
    change(database, first, closed=True, last_ms=START_MS)
    second = lock(database, SITE)[SITE]
    assert (second.origin, second.generation) == (f"{NAME}/{SITE}/2026Q4.2", 2)
    change(database, second, closed=True, last_ms=START_MS)
    assert lock(database, SITE)[SITE].generation == 3


def test_a_tree_lost_in_the_future_makes_no_tree_for_each_record(database: Database) -> None:
    """What a restore closes may be of a quarter that the clock has not reached: it changes nothing today."""
    today = lock(database, SITE)[SITE]
    lost = lock(database, SITE, now_ms=START_MS + QUARTER_MS)[SITE]
    change(database, lost, closed=True)
    assert lock(database, SITE)[SITE].id == lock(database, SITE)[SITE].id == today.id


def test_time_goes_on_after_a_tree_that_was_closed_in_the_future(database: Database) -> None:
    lost = lock(database, SITE, now_ms=START_MS + QUARTER_MS)[SITE]
    change(database, lost, closed=True, last_ms=START_MS + QUARTER_MS)
    again = lock(database, SITE)[SITE]
    assert (again.period, again.generation) == ("2027Q1", 2)
    assert again.last_ms == START_MS + QUARTER_MS + 1
    assert lock(database, SITE)[SITE].id == again.id


def test_several_writers_make_one_tree(database: Database) -> None:
    found = list[int]()
    gate = threading.Barrier(4)

    def make() -> None:
        gate.wait()
        found.append(lock(database, SITE, OTHER)[SITE].id)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert len(found) == 4
        assert set(found) == {shard.id for shard in shards_of(connection, SITE)}


def test_many_sites_at_once(database: Database) -> None:
    sites = [f"site{number}.example" for number in range(150)]
    assert len({shard.id for shard in lock(database, *sites).values()}) == 150
