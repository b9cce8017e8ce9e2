"""The one-time link (T22)."""

import pytest
from starlette.testclient import TestClient

from consentinel.server.admin.first_login import setup_address
from consentinel.server.admin.setup_links import LIFE_MS
from tests.server.admin.logging_in import NAME, PASSWORD, log_in, make_link, set_up, wrong_fields
from tests.server.applications import OWN, FixedClock, services_of


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


def test_a_new_link_ends_the_one_before(client: TestClient) -> None:
    old, new = make_link(client), make_link(client)
    assert client.get(f"/admin/setup?token={old}").status_code == 404
    assert client.get(f"/admin/setup?token={new}").status_code == 200


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
    address = setup_address(service, wanted=False)
    assert address is not None
    assert address.startswith(f"{OWN}/admin/setup?token=")
    assert client.get(address).status_code == 200
    set_up(client)
    assert setup_address(service, wanted=False) is None
    assert setup_address(service, wanted=True) is not None
