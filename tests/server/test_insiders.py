"""Who may see metrics and the reasons of /readyz."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.insiders import is_within
from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app, on_the_machine, services_of


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_of(make_app(None, tmp_path_factory.mktemp("shared")), address="127.0.0.1") as client:
        yield client


NETWORKS = ("127.0.0.1", "::1", "10.0.0.0/8", "2001:db8::/32")


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", False),
        ("::ffff:127.0.0.1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("2001:db8:9::1", True),
        ("2001:db9::1", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("testclient", False),
    ],
)
def test_addresses_are_compared_as_addresses(address: str, within: bool) -> None:
    assert is_within(address, NETWORKS) is within


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("192.0.2.1", 404)])
def test_a_network_may_read_the_metrics(
    sqlite_database: Database, tmp_path: Path, address: str, status: int
) -> None:
    app = make_app(sqlite_database, tmp_path / "data", trusted_proxies=("10.0.0.0/8",))
    with client_of(app, address=address) as client:
        assert client.get("/metrics").status_code == status


@pytest.mark.parametrize(
    "name",
    [
        "Forwarded",
        "Via",
        "X-Real-IP",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "X-Forwarded-Server",
    ],
)
def test_whoever_comes_through_a_proxy_is_a_stranger(shared: TestClient, name: str) -> None:
    """Whichever of its fields the proxy sets, and whatever it writes there."""
    assert shared.get("/metrics").status_code == 200
    for value in ("1.1 proxy", "127.0.0.1", ""):
        assert shared.get("/metrics", headers={name: value}).status_code == 404


def test_strangers_hear_whether_it_is_ready_and_not_why(
    sqlite_database: Database, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    anchor = tmp_path_factory.mktemp("another disk") / "anchor.ndjson"
    with client_of(make_app(sqlite_database, tmp_path / "data", anchor=anchor)) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        services_of(client).history.losses = ("127.0.0.1/shop.example/2026Q4: it had 9 entries",)
        inside = on_the_machine(client)
        forwarded = {"x-forwarded-for": "192.0.2.1"}
        for answer in (client.get("/readyz"), inside.get("/readyz", headers=forwarded)):
            assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
        told = inside.get("/readyz")
    assert (told.status_code, told.json()["status"], told.json()["warnings"]) == (503, "not ready", [])
    assert told.json()["reasons"][0] == "127.0.0.1/shop.example/2026Q4: it had 9 entries"
