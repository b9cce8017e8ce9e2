"""Counts of answers, added up by day."""

import sqlalchemy as sa

from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from consentinel.server.storage.rates import DayCount, day_counts
from tests.server.dashboard.world import count_row


def test_answers_are_added_up_by_group(database: Database) -> None:
    eu, us = ({"site": "a.example", "day": 9, "regime": regime, "version": "1"} for regime in ("eu", "us"))
    rows = [
        count_row(eu, "given", "111", 3),
        count_row(eu, "given", "100", 2),
        count_row({**eu, "method": "settings"}, "given", "111", 1),
        count_row(eu, "refused", "000", 4),
        count_row(eu, "changed", "110", 50),
        count_row(eu, "withdrawn", "000", 2),
        count_row({**eu, "method": "gpc"}, "refused", "000", 7),
        count_row({**eu, "method": "scan"}, "given", "111", 5),
        count_row({**eu, "method": "scan"}, "withdrawn", "000", 5),
        count_row({**us, "version": "2"}, "given", "011", 2**40),
        count_row({**us, "site": "b.example"}, "given", "111", 9),
        count_row({**us, "day": 8}, "given", "111", 9),
    ]
    with database.write() as connection:
        connection.execute(sa.insert(tables.counts), rows)
        by_regime = day_counts(connection, "a.example", "regime", 9, 9)
        by_version = day_counts(connection, "a.example", "version", 0, 99)
    assert by_regime == [
        DayCount(
            day=9,
            group="eu",
            answers=10,
            some=6,
            every=4,
            functional=6,
            performance=4,
            targeting=4,
            withdrawn=2,
            signals=7,
        ),
        DayCount(
            day=9,
            group="us",
            answers=2**40,
            some=2**40,
            every=0,
            functional=0,
            performance=2**40,
            targeting=2**40,
            withdrawn=0,
            signals=0,
        ),
    ]
    assert [(row.day, row.group, row.answers) for row in by_version] == [
        (8, "1", 9),
        (9, "1", 10),
        (9, "2", 2**40),
    ]
