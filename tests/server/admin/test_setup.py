"""The one-time link (T22)."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from consentinel.server.admin.first_login import first_address, setup_address
from consentinel.server.admin.setup_links import LIFE_MS
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import setup_links
from tests.server.admin.logging_in import NAME, PASSWORD, log_in, make_link, set_up, wrong_fields
from tests.server.applications import OWN, FixedClock, add_site, client_of, make_app, services_of


def send(client: TestClient, token: str, **fields: str) -> int:
    form = {"token": token, "name": NAME, "password": PASSWORD, "again": PASSWORD, **fields}
    return client.post("/admin/setup", data=form).status_code


def test_a_link_makes_one_administrator(client: TestClient) -> None:
    token = make_link(client)
    page = client.get(f"/admin/setup?token={token}")
    assert page.status_code == 200
    assert f'value="{token}"' in page.text
    assert send(client, token) == 303
    assert client.get("/admin/password").status_code == 200
    assert client.get(f"/admin/setup?token={token}").status_code == 404
    assert send(client, token, name="eve") == 404


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "ä" * 100])
def test_t22_a_made_up_link_opens_nothing(client: TestClient, token: str) -> None:
    make_link(client)
    assert client.get("/admin/setup", params={"token": token}).status_code == 404
    assert send(client, token) == 404


def test_a_link_lasts_a_day(client: TestClient, clock: FixedClock) -> None:
    token = make_link(client)
    clock.now += LIFE_MS
    assert client.get(f"/admin/setup?token={token}").status_code == 404
    assert send(client, token) == 404


def test_a_new_link_leaves_the_one_of_another_process(client: TestClient) -> None:
    first, second = make_link(client), make_link(client)
    for token in (first, second):
        assert client.get(f"/admin/setup?token={token}").status_code == 200


def test_t22_who_uses_a_link_ends_all_others(client: TestClient) -> None:
    """Also one that is left in the log of a start that nobody needed."""
    first, second = make_link(client), make_link(client)
    assert send(client, first) == 303
    assert send(client, second, name="eve") == 404


def test_links_that_have_run_out_are_not_kept(client: TestClient, clock: FixedClock) -> None:
    make_link(client)
    clock.now += LIFE_MS
    make_link(client)
    with services_of(client).database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(setup_links)) == 1


@pytest.mark.parametrize(
    ("fields", "says", "wrong"),
    [
        ({"password": "short", "again": "short"}, "at least 12 characters", {"password"}),
        ({"password": "x" * 1_025, "again": "x" * 1_025}, "more than 1024", {"password"}),
        ({"again": "another password"}, "differ", {"password", "again"}),
        ({"name": " "}, "1 to 128", {"name"}),
        ({"name": "x" * 129}, "1 to 128", {"name"}),
        ({"name": "a\nb"}, "1 to 128", {"name"}),
        ({"password": "a" * 20, "again": "a" * 20}, "too easy", {"password"}),
        (
            {"name": "long enough name", "password": "Long enough name", "again": "Long enough name"},
            "too easy",
            {"password"},
        ),
    ],
)
def test_what_cannot_be_is_said_and_the_link_stays(
    client: TestClient, fields: dict[str, str], says: str, wrong: set[str]
) -> None:
    token = make_link(client)
    form = {"token": token, "name": NAME, "password": PASSWORD, "again": PASSWORD, **fields}
    answer = client.post("/admin/setup", data=form)
    assert answer.status_code == 422
    assert says in answer.text
    assert fields.get("password", PASSWORD) not in answer.text
    assert wrong_fields(answer.text) == wrong
    assert send(client, token) == 303


def test_a_name_is_taken_once(client: TestClient) -> None:
    set_up(client)
    form = {"token": make_link(client), "name": NAME, "password": PASSWORD, "again": PASSWORD}
    answer = client.post("/admin/setup", data=form)
    assert (answer.status_code, wrong_fields(answer.text)) == (422, {"name"})
    client.cookies.clear()
    assert log_in(client).status_code == 303


def test_a_second_administrator(client: TestClient) -> None:
    set_up(client)
    assert send(client, make_link(client), name="grace") == 303
    assert log_in(client, "grace").status_code == 303


def test_a_link_is_printed_while_there_is_nobody_and_when_it_is_asked_for(client: TestClient) -> None:
    service = services_of(client)
    address = first_address(service)
    assert address is not None
    assert address.startswith(f"{OWN}/admin/setup?token=")
    assert client.get(address).status_code == 200
    set_up(client)
    assert first_address(service) is None
    assert client.get(setup_address(service)).status_code == 200


def test_below_a_shop_the_link_is_one_of_the_machine(sqlite_database: Database, tmp_path: Path) -> None:
    app = make_app(sqlite_database, tmp_path / "data", public_url="https://www.shop.example/consentinel")
    with client_of(app) as client:
        add_site(client, "https://www.shop.example")
        address = setup_address(services_of(client))
        assert address.startswith(f"{OWN}/consentinel/admin/setup?token=")
        assert client.get(address).status_code == 200
