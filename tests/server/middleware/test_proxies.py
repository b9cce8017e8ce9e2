"""A proxy that the settings do not name: told once, and never of a visitor (T20, T21)."""

import json
from pathlib import Path
from typing import Any

import pytest

from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app, on_the_machine
from tests.server.captured_log import captured_log

FORWARDED = {"x-forwarded-for": "203.0.113.7"}
WARNING = (
    "X-Forwarded-For comes from 10.1.2.3, which trusted_proxy does not name: all visitors who come through "
    "it look like one network"
)


def told(database: Database, data: Path, address: str, **settings: Any) -> tuple[list[str], list[str]]:
    """Return what the log and /readyz say after some requests from an address."""
    app = make_app(database, data, **settings)
    with client_of(app, address=address) as client, captured_log() as stream:
        for _ in range(3):
            client.get("/v1/state?site=shop.example", headers=FORWARDED)
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        warnings = on_the_machine(client).get("/readyz").json()["warnings"]
    found = [line["event"] for line in lines if line["level"] == "warning"]
    return found, [warning for warning in warnings if "Forwarded" in warning]


def test_t20_a_proxy_that_is_not_trusted_is_told_once(sqlite_database: Database, tmp_path: Path) -> None:
    logged, warnings = told(sqlite_database, tmp_path / "data", "10.1.2.3")
    assert logged == ["a proxy is not in trusted_proxy: all its visitors look like one network"]
    assert warnings == [WARNING]


@pytest.mark.parametrize("address", ["198.51.100.7", "8.8.8.8", "2001:db8::1", "testclient"])
def test_t21_a_visitor_who_sends_the_field_is_told_nowhere(
    sqlite_database: Database, tmp_path: Path, address: str
) -> None:
    assert told(sqlite_database, tmp_path / "data", address) == ([], [])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fd00::1"])
def test_a_proxy_that_is_trusted_is_no_news(sqlite_database: Database, tmp_path: Path, address: str) -> None:
    trusted = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")
    assert told(sqlite_database, tmp_path / "data", address, trusted_proxies=trusted) == ([], [])
