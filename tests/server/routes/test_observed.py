"""POST /v1/observed: hosts that no rule knows, counted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server import observed, sightings
from consentinel.server.errors import Unavailable
from consentinel.server.observed import PostedHosts, count_hosts
from consentinel.server.rates import NAMES
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.routes.api import SITE, Api


def report(api: Api, hosts: object, site: str = SITE, content_type: str = "text/plain;charset=UTF-8") -> Any:
    """Post as sendBeacon does."""
    body = json.dumps({"site": site, "hosts": hosts})
    return api.client.post("/v1/observed", content=body, headers={"Content-Type": content_type})


def counted(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {row.host: row.number for row in connection.execute(tables.observed.select())}


def test_counts_each_host_once_a_post(api: Api) -> None:
    assert report(api, ["a.example", "b.example", "a.example"]).status_code == 204
    api.clock.advance(5)
    assert report(api, ["a.example"], content_type="application/json").status_code == 204
    assert counted(api.services.database) == {"a.example": 2, "b.example": 1}


def test_a_busy_site_does_not_keep_the_disk_busy(api: Api) -> None:
    """T20: what is new is written at once, more of the same with the next that has to be."""
    database = api.services.database
    for _ in range(10):
        report(api, ["a.example"])
    assert counted(database) == {"a.example": 1}
    report(api, ["b.example"])
    assert counted(database) == {"a.example": 10, "b.example": 1}
    report(api, ["a.example"])
    api.clock.advance(5)
    report(api, ["a.example"])
    assert counted(database) == {"a.example": 12, "b.example": 1}


def test_what_could_not_be_written_is_written_later(sqlite_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("the disk is full")

    for _ in range(2):  # the second is acknowledged, and waits
        report(sqlite_api, ["a.example"])
    with monkeypatch.context() as broken:
        broken.setattr(sightings, "count_hosts", refuse)
        assert report(sqlite_api, ["b.example"]).status_code == 503
    sqlite_api.clock.advance(5)
    assert report(sqlite_api, ["a.example"]).status_code == 204
    assert counted(sqlite_api.services.database) == {"a.example": 3}


def test_keeps_the_first_and_the_last_day(api: Api) -> None:
    report(api, ["a.example"])
    api.clock.advance(3 * 86_400)
    report(api, ["a.example"])
    with api.services.database.read() as connection:
        row = connection.execute(tables.observed.select()).one()
    assert row.last_day - row.first_day == 3


def test_what_is_no_name_is_left_out(sqlite_api: Api) -> None:
    odd = ["", "[::1]", "A.example", "a..example", "-a.example", "a b", "ü.example", "x" * 64, "a.example."]
    assert report(sqlite_api, [*odd, "_dmarc.b.example", "c-1.example"]).status_code == 204
    assert set(counted(sqlite_api.services.database)) == {"a.example", "_dmarc.b.example", "c-1.example"}


@pytest.mark.parametrize(
    ("hosts", "site", "status"),
    [([], SITE, 422), ([1], SITE, 422), ("a.example", SITE, 422), (["a.example"], "unknown.example", 404)],
)
def test_all_else_is_refused(sqlite_api: Api, hosts: object, site: str, status: int) -> None:
    assert report(sqlite_api, hosts, site).status_code == status
    assert counted(sqlite_api.services.database) == {}


def test_no_json_is_refused(sqlite_api: Api) -> None:
    headers = {"Content-Type": "text/plain"}
    assert sqlite_api.client.post("/v1/observed", content=b"{", headers=headers).status_code == 400


def test_nobody_fills_the_table(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """T20: beyond the bound those that were not met for the longest are forgotten, never the new ones."""
    monkeypatch.setattr(observed, "MOST_HOSTS", 3)
    with database.write() as connection:
        count_hosts(connection, SITE, {"a.example": 1, "b.example": 2}, 1)
        count_hosts(connection, SITE, {"a.example": 1, "c.example": 1, "d.example": 1}, 2)
        count_hosts(connection, "other.example", {"z.example": 1}, 1)
    assert counted(database) == {"a.example": 2, "c.example": 1, "d.example": 1, "z.example": 1}
    with database.write() as connection:
        count_hosts(connection, SITE, {"e.example": 1}, 2)
    assert set(counted(database)) == {"a.example", "d.example", "e.example", "z.example"}
    with database.write() as connection:
        count_hosts(connection, SITE, {f"{letter}.example": 1 for letter in "afgh"}, 3)
    assert counted(database) == {"a.example": 3, "f.example": 1, "g.example": 1, "z.example": 1}


def test_t20_a_flood_of_names_blinds_nobody(sqlite_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed, "MOST_HOSTS", 20)
    for _ in range(2):
        report(sqlite_api, [f"n{number}.example" for number in range(50)])
        assert len(counted(sqlite_api.services.database)) == 20
        sqlite_api.clock.advance(5)
        report(sqlite_api, ["tracker.example"])
        assert "tracker.example" in counted(sqlite_api.services.database)
        sqlite_api.clock.advance(86_400)


def test_t20_a_network_has_so_many_new_names_a_day(sqlite_api: Api) -> None:
    database = sqlite_api.services.database
    report(sqlite_api, [f"{number:04}.example" for number in range(NAMES.burst)])
    assert len(counted(database)) == NAMES.burst
    report(sqlite_api, ["0000.example", "one.more.example"])
    sqlite_api.clock.advance(5)
    report(sqlite_api, ["0000.example"])
    assert counted(database)["0000.example"] == 3
    assert "one.more.example" not in counted(database)
    sqlite_api.clock.advance(86_400)
    report(sqlite_api, ["one.more.example"])
    assert counted(database)["one.more.example"] == 1


@given(st.lists(st.text()))
def test_only_names_are_names(hosts: list[str]) -> None:
    for name in PostedHosts(SITE, hosts).names:
        assert name.isascii()
        assert 0 < len(name) <= 253
        assert name == name.lower()
