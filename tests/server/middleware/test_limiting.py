"""T20: how often one network, and one site, may ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.rates import WRITES
from consentinel.server.storage.database import Database
from tests.server.applications import FixedClock, add_site, client_of, make_app, services_of
from tests.server.choices import choice

# Refused by what looks at the body: the limit has counted it by then, and nothing is stored.
BROKEN = choice(locale=0)


def burst(client: TestClient, count: int, **headers: str) -> list[int]:
    return [client.post("/v1/consents", json=BROKEN, headers=headers).status_code for _ in range(count)]


def test_t20_a_network_that_writes_too_much_has_to_wait(client: TestClient, clock: FixedClock) -> None:
    assert set(burst(client, WRITES.burst)) == {422}
    refused = client.post("/v1/consents", json=choice())
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json"
    clock.advance(int(refused.headers["retry-after"]))
    assert client.post("/v1/consents", json=choice()).status_code == 201


def test_t20_reads_go_on_while_writes_are_refused(client: TestClient) -> None:
    burst(client, WRITES.burst + 1)
    assert client.get("/v1/state?site=shop.example").status_code == 200


def test_t20_a_flood_of_declarations_is_limited(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services_of(client).limits, "read", lambda address: 3)
    refused = client.get("/d/shop.example")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")


@pytest.fixture
def proxied(sqlite_database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[TestClient]:
    """A client that the server takes for its own reverse proxy."""
    app = make_app(sqlite_database, tmp_path / "data", clock=clock)
    with client_of(app, address="127.0.0.1") as client:
        add_site(client)
        yield client


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("198.51.100.1", "198.51.100.254", True),
        ("198.51.100.1", "198.51.101.1", False),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::3", "2001:db8:2::3", False),
        ("::ffff:198.51.100.1", "198.51.100.9", True),
    ],
)
def test_t20_a_network_counts_as_one(proxied: TestClient, one: str, other: str, together: bool) -> None:
    burst(proxied, WRITES.burst, **{"x-forwarded-for": one})
    assert (burst(proxied, 1, **{"x-forwarded-for": other}) == [429]) is together


def test_t20_a_visitor_cannot_choose_an_address(client: TestClient) -> None:
    burst(client, WRITES.burst, **{"x-forwarded-for": "198.51.100.1"})
    assert burst(client, 1, **{"x-forwarded-for": "203.0.113.7"}) == [429]


def test_t20_what_a_visitor_wrote_before_the_proxy_does_not_count(proxied: TestClient) -> None:
    for number in range(WRITES.burst):
        burst(proxied, 1, **{"x-forwarded-for": f"203.0.{number}.1, 198.51.100.1"})
    assert burst(proxied, 1, **{"x-forwarded-for": "203.0.200.1, 198.51.100.1"}) == [429]


def test_t20_a_site_that_is_written_to_too_much_does_not_take_the_others_down(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = services_of(client).limits
    monkeypatch.setattr(limits, "site", lambda key: 7 if key == "shop.example" else 0)
    refused = client.post("/v1/consents", json=choice())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert client.post("/v1/consents", json=choice("127.0.0.1")).status_code == 201


def test_the_limit_can_be_switched_off(sqlite_database: Database, tmp_path: Path) -> None:
    with client_of(make_app(sqlite_database, tmp_path / "data", rate_limit=False)) as client:
        assert 429 not in burst(client, WRITES.burst + 20)


def test_preflights_are_not_counted(client: TestClient) -> None:
    headers = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    for _ in range(WRITES.burst + 5):
        assert client.options("/v1/consents", headers=headers).status_code == 204
    assert burst(client, 1) == [422]
