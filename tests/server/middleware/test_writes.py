"""T14: which requests may write, by what a browser says of where they come from."""

import json

import pytest
from starlette.testclient import TestClient

from tests.server.choices import choice

SHOP = "https://shop.example"
EVIL = "https://evil.example"


@pytest.fixture
def client(shared: TestClient) -> TestClient:
    return shared


@pytest.mark.parametrize(
    ("fetch_site", "origin", "status"),
    [
        ("same-origin", SHOP, 201),
        ("same-site", SHOP, 201),
        ("cross-site", SHOP, 201),  # named by the operator: another host of the same shop's
        (None, SHOP, 201),  # a browser without Sec-Fetch-Site
        (None, None, 201),  # no browser at all
        ("same-origin", None, 201),
        ("same-site", None, 201),
        ("cross-site", None, 403),
        ("none", None, 403),
        ("sideways", None, 403),
        ("cross-site", EVIL, 403),
        ("same-site", EVIL, 403),
        ("same-origin", EVIL, 403),
        (None, EVIL, 403),
        (None, "null", 403),
        ("cross-site", "null", 403),
        ("same-origin", "null", 403),
    ],
)
def test_t14_matrix(client: TestClient, fetch_site: str | None, origin: str | None, status: int) -> None:
    fields = {"sec-fetch-site": fetch_site, "origin": origin}
    headers = {name: value for name, value in fields.items() if value is not None}
    assert client.post("/v1/consents", json=choice(), headers=headers).status_code == status


def test_t14_a_page_of_one_site_does_not_speak_for_another(client: TestClient) -> None:
    other = {"origin": "http://127.0.0.1:9000"}
    assert client.post("/v1/consents", json=choice(), headers=other).status_code == 403
    assert client.post("/v1/consents", json=choice("127.0.0.1"), headers=other).status_code == 201


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("text/plain", 415),
        ("text/plain;charset=UTF-8", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("text/plain; application/json", 415),
        ("", 415),
    ],
)
def test_t14_what_a_form_can_send_is_no_choice(client: TestClient, media_type: str, status: int) -> None:
    answer = client.post(
        "/v1/consents", content=json.dumps(choice()), headers={"content-type": media_type, "origin": SHOP}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/")


def test_t14_a_body_without_a_length_needs_the_type_as_well(client: TestClient) -> None:
    answer = client.post("/v1/consents", content=iter([b"{}"]), headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_what_a_beacon_sends_is_taken_where_it_opens_nothing(client: TestClient) -> None:
    body = json.dumps({"site": "shop.example", "hosts": ["cdn.example"]})
    headers = {"content-type": "text/plain;charset=UTF-8", "origin": SHOP, "sec-fetch-site": "cross-site"}
    assert client.post("/v1/observed", content=body, headers=headers).status_code == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "BREW"])
def test_t14_every_method_that_may_change_something_is_a_write(client: TestClient, method: str) -> None:
    assert client.request(method, "/v1/consents", headers={"origin": EVIL}).status_code == 403


def test_reading_needs_no_origin(client: TestClient) -> None:
    assert client.get("/v1/state?site=shop.example").status_code == 200
