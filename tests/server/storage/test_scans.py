"""Stored reports."""

import pytest

from consentinel.server.storage.database import Database
from consentinel.server.storage.scans import (
    approve_scan,
    approved_report,
    approved_scan,
    count_scans,
    latest_report,
    list_scans,
    load_scan,
)
from tests.server.scans import save_scan
from tests.server.storage.overlapping import overlapping
from tests.support.reports import make_finding, make_report

SITE = "www.example.com"


def test_a_report_comes_back_as_it_was_and_is_stored_once(database: Database) -> None:
    report = make_report(make_finding(name="ключ\u202e"))
    with database.write() as connection:
        first = save_scan(connection, SITE, report, 5)
        assert save_scan(connection, SITE, report, 9) == first
        other = save_scan(connection, "other.example", report, 9)
        assert other.id != first.id
        assert load_scan(connection, SITE, first.id) == (first, report)
        assert count_scans(connection, SITE) == 1


def test_a_report_that_comes_twice_at_once_is_stored_once(database_url: str) -> None:
    report = make_report()
    first, second = overlapping(
        database_url,
        lambda one: save_scan(one, SITE, report, 5),
        lambda other: save_scan(other, SITE, report, 9),
    )
    assert second == first
    assert first.received_ms == 5


def test_a_site_sees_its_own_alone(database: Database) -> None:
    with database.write() as connection:
        scan = save_scan(connection, SITE, make_report(), 1)
        assert load_scan(connection, "other.example", scan.id) is None
        assert not approve_scan(connection, "other.example", scan.id, "ada", 2)
        assert latest_report(connection, "other.example") is None
        assert approved_scan(connection, SITE) is None


def test_the_latest_and_the_one_approved_last(database: Database) -> None:
    with database.write() as connection:
        scans = [
            save_scan(connection, SITE, make_report(make_finding(name=f"c{number}")), number)
            for number in range(3)
        ]
        assert approve_scan(connection, SITE, scans[2].id, "ada", 10)
        assert approve_scan(connection, SITE, scans[0].id, "bob", 20)
        approved, latest = approved_report(connection, SITE), latest_report(connection, SITE)
        assert approved is not None
        assert (approved[0].id, approved[0].approved_by) == (scans[0].id, "bob")
        assert approved_scan(connection, SITE) == approved[0]
        assert latest is not None
        assert latest[0].id == scans[2].id
        assert [scan.id for scan in list_scans(connection, SITE, 2, 1)] == [scans[1].id, scans[0].id]


@pytest.mark.parametrize("number", [0, -1, 2**40])
def test_a_number_that_no_scan_has(database: Database, number: int) -> None:
    with database.read() as connection:
        assert load_scan(connection, SITE, number) is None
