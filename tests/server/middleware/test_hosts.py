"""Under which names the dashboard can be reached, and below which path."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.applications import add_site, client_of, make_app


@pytest.fixture
def client(shared: TestClient) -> TestClient:
    return shared


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost:8080", 200),
        ("LOCALHOST:8080", 200),
        ("[::1]:8080", 200),
        ("rebound.example:8080", 421),
        ("127.0.0.1.rebound.example:8080", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1:80", 421),
        ("", 421),
    ],
)
def test_t22_another_name_leads_nowhere(client: TestClient, host: str, status: int) -> None:
    assert client.get("/admin/login", headers={"host": host}).status_code == status


@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/login", "/admin/sites/x"])
def test_t22_no_page_of_the_dashboard_is_forgotten(client: TestClient, path: str) -> None:
    assert client.get(path, headers={"host": "rebound.example"}).status_code == 421


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 200),
        ({"sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 200),
        ({"sec-fetch-mode": "no-cors", "sec-fetch-dest": "style"}, 200),
        ({"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, 403),
        ({"sec-fetch-mode": "cors"}, 403),
        ({"sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}, 403),
        ({"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 403),
        ({"sec-fetch-dest": "empty"}, 403),
    ],
)
def test_t14_no_script_of_the_shop_reads_a_page_of_the_dashboard(
    client: TestClient, fields: dict[str, str], status: int
) -> None:
    fields = {"host": "127.0.0.1:8080", "sec-fetch-site": "same-origin"} | fields
    assert client.get("/admin/login", headers=fields).status_code == status
    assert client.get("/v1/state?site=shop.example", headers=fields).status_code == 200


def test_t14_no_script_of_the_shop_sends_a_form_of_the_dashboard(client: TestClient) -> None:
    fields = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert client.post("/admin/login", headers=fields).status_code == 403


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"port": 80}, "127.0.0.1"),
        ({"port": 80}, "localhost"),
        ({"port": 80}, "[::1]"),
        ({"public_url": "https://consent.example:443"}, "consent.example"),
        ({"public_url": "http://consent.example:80"}, "consent.example"),
    ],
)
def test_browsers_leave_the_default_port_away(
    sqlite_database: Database, tmp_path: Path, settings: dict[str, Any], host: str
) -> None:
    with client_of(make_app(sqlite_database, tmp_path / "data", **settings)) as client:
        assert client.get("/admin/login", headers={"host": host}).status_code == 200


def test_the_api_answers_under_every_name(client: TestClient) -> None:
    assert client.get("/v1/state?site=shop.example", headers={"host": "a.example"}).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/consentinel"])
def test_the_dashboard_and_what_asks_for_health_need_no_path(
    sqlite_database: Database, tmp_path: Path, prefix: str
) -> None:
    public_url = "https://www.shop.example/consentinel"
    app = make_app(sqlite_database, tmp_path / "data", public_url=public_url)
    with client_of(app, base_url="https://www.shop.example") as client:
        assert client.get(f"{prefix}/healthz").status_code == 200
        assert client.get(f"{prefix}/admin/login").status_code == 200
        assert client.get(f"{prefix}/admin").headers["location"] == "/consentinel/admin/"
        answer = client.get(f"{prefix}/admin/password")
        assert answer.headers["location"] == "/consentinel/admin/login?next=%2Fadmin%2Fpassword"


@pytest.mark.parametrize(
    "path", ["/consentinelx/healthz", "/consentinel", "/consentinel/consentinel/healthz"]
)
def test_only_that_path_is_taken_away(sqlite_database: Database, tmp_path: Path, path: str) -> None:
    app = make_app(sqlite_database, tmp_path / "data", public_url="https://www.shop.example/consentinel")
    with client_of(app, base_url="https://www.shop.example") as client:
        assert client.get(path).status_code == 404


@pytest.fixture
def below_a_shop(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    app = make_app(sqlite_database, tmp_path / "data", public_url="https://www.shop.example/consentinel")
    with client_of(app) as client:
        add_site(client, "https://www.shop.example")
        yield client


@pytest.mark.parametrize("path", ["/consentinel/admin/login", "/admin/login"])
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8080"}, 200),
        ({"host": "www.shop.example"}, 403),
        ({"host": "rebound.example"}, 421),
        ({"x-forwarded-for": "192.0.2.9"}, 403),
        ({"forwarded": "for=192.0.2.9"}, 403),
        ({"x-real-ip": "192.0.2.9"}, 403),
    ],
)
def test_t22_below_a_shop_the_dashboard_is_on_the_machine_alone(
    below_a_shop: TestClient, path: str, fields: dict[str, str], status: int
) -> None:
    """Whatever the proxy forgets to refuse: of the shop's origin there is no page of the dashboard."""
    answer = below_a_shop.get(path, headers=fields)
    assert answer.status_code == status
    assert ("password" in answer.text) is (status == 200)


def test_t22_the_dashboard_goes_when_the_shop_comes(sqlite_database: Database, tmp_path: Path) -> None:
    public = "https://consent.example/below"
    app = make_app(sqlite_database, tmp_path / "data", public_url=public)
    with client_of(app, base_url="https://consent.example") as client:
        add_site(client, "https://www.shop.example")
        assert (
            client.get(f"{public}/admin/login", headers={"x-forwarded-for": "192.0.2.9"}).status_code == 200
        )
        add_site(client, "https://consent.example")
        assert client.get(f"{public}/admin/login").status_code == 403


def test_t22_where_the_server_listens_is_a_name_of_the_dashboard(
    sqlite_database: Database, tmp_path: Path
) -> None:
    app = make_app(sqlite_database, tmp_path / "data", host="192.0.2.7", public_url="https://a.example/b")
    with client_of(app, base_url="http://192.0.2.7:8080") as client:
        assert client.get("/admin/login").status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_people_who_open_the_address_alone_are_led_to_the_dashboard(client: TestClient, method: str) -> None:
    people = {"host": "127.0.0.1:8080", "accept": "text/html,*/*"}
    answer = client.request(method, "/", headers=people)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "rebound.example:8080"},
        {"accept": "application/json"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    ],
)
def test_all_others_find_nothing_there(client: TestClient, fields: dict[str, str]) -> None:
    answer = client.get("/", headers={"host": "127.0.0.1:8080", "accept": "text/html", **fields})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
