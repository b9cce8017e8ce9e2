"""T35: what is answered while the database is older than its anchor."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from consentinel.server.ledger.restore import WAY_ON
from tests.server.applications import on_the_machine, services_of
from tests.server.choices import choice


@pytest.fixture
def lost(shared: TestClient) -> Iterator[TestClient]:
    history = services_of(shared).history
    history.losses = ("127.0.0.1/shop.example/2026Q4: it had 9 entries, the database has 8",)
    yield shared
    history.losses = ()


@pytest.mark.parametrize(
    "path", ["/v1/state?site=shop.example", "/v1/token?site=shop.example", "/v1/consents/00"]
)
def test_t35_no_consent_is_served(lost: TestClient, path: str) -> None:
    answer = lost.get(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert "shop.example" not in answer.text
    assert "consentinel ledger accept-restore" in answer.text


def test_t35_no_consent_is_taken(lost: TestClient) -> None:
    answer = lost.post("/v1/consents", json=choice(), headers={"origin": "https://shop.example"})
    assert answer.status_code == 503
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_t35_the_operator_is_told_what_is_missing(lost: TestClient) -> None:
    answer = on_the_machine(lost).get("/readyz")
    assert answer.status_code == 503
    lost_there = "127.0.0.1/shop.example/2026Q4: it had 9 entries, the database has 8"
    assert answer.json()["reasons"] == [lost_there, WAY_ON]


def test_t35_banners_and_the_dashboard_go_on(lost: TestClient) -> None:
    assert lost.get("/healthz").status_code == 200
    assert lost.get("/admin/login").status_code == 200
    assert lost.get("/b/shop.example.js").status_code == 404  # nothing is published, which is another matter
    assert lost.post("/v1/keep", headers={"origin": "https://shop.example"}).status_code != 503


def test_t35_the_dashboard_changes_nothing(lost: TestClient) -> None:
    assert lost.post("/admin/password", data={"old": "x"}).status_code == 503
    assert lost.post("/admin/setup", data={"token": "x"}).status_code == 503
    assert lost.post("/admin/login", data={"name": "x", "password": "y"}).status_code == 401
