"""T15: which pages may read what the API answers."""

import pytest
from starlette.testclient import TestClient

from tests.server.choices import choice

SHOP = "https://shop.example"
FOREIGN = [
    "null",
    "",
    "*",
    "https://evil.example",
    "https://evil-shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://www.shop.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://shop.example:443",
    "https://shop.example/",
    "https://shop.example.",
    "https://SHOP.example",
    "https://user@shop.example",
    "https://shop.example https://evil.example",
    "shop.example",
]


@pytest.fixture
def client(shared: TestClient) -> TestClient:
    return shared


def preflight(client: TestClient, origin: str, path: str = "/v1/consents") -> dict[str, str]:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    answer = client.options(path, headers=headers)
    return {"status": str(answer.status_code), **answer.headers}


@pytest.mark.parametrize("origin", FOREIGN)
def test_t15_no_other_origin_is_told_anything(client: TestClient, origin: str) -> None:
    answer = preflight(client, origin)
    assert answer["status"] == "403"
    assert not [name for name in answer if name.startswith("access-control")]
    read = client.get("/v1/state?site=shop.example", headers={"origin": origin})
    assert not [name for name in read.headers if name.startswith("access-control")]
    assert read.headers["vary"].lower().count("origin") == 1


def test_t15_an_origin_that_is_no_text_is_no_origin(client: TestClient) -> None:
    headers = {b"origin": b"https://sh\xf6p.example", b"access-control-request-method": b"POST"}
    assert client.options("/v1/consents", headers=headers).status_code == 403


def test_t15_the_exact_origin_is_echoed(client: TestClient) -> None:
    answer = preflight(client, SHOP)
    assert answer["status"] == "204"
    assert answer["access-control-allow-origin"] == SHOP
    assert answer["access-control-allow-methods"] == "GET, POST, DELETE"
    assert answer["access-control-allow-headers"] == "authorization, content-type"
    assert answer["access-control-max-age"] == "7200"
    assert "Origin" in answer["vary"]


@pytest.mark.parametrize("status", [201, 422, 404, 413, 415])
def test_t15_errors_can_be_read_too(client: TestClient, status: int) -> None:
    body = {
        201: choice(),
        422: choice(type="refused"),
        404: choice("nobody.example"),
        413: choice(locale="x" * 5_000),
        415: {},
    }[status]
    media_type = "text/plain" if status == 415 else "application/json"
    answer = client.post("/v1/consents", json=body, headers={"origin": SHOP, "content-type": media_type})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in answer.headers["vary"]


def test_t15_cookies_go_along_only_on_the_same_site(client: TestClient) -> None:
    assert "access-control-allow-credentials" not in preflight(client, SHOP)
    assert preflight(client, "http://127.0.0.1:9000")["access-control-allow-credentials"] == "true"


def test_a_known_origin_reads_the_state_of_its_own_site_alone(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:9000"}
    assert client.get("/v1/state?site=shop.example", headers=headers).status_code == 403
    assert client.get("/v1/state?site=127.0.0.1", headers=headers).status_code == 200


def test_every_answer_of_the_api_names_origin_once_in_vary(client: TestClient) -> None:
    for path in ("/v1/state?site=shop.example", "/v1/challenge?site=shop.example", "/v1/nothing"):
        fields = client.get(path, headers={"origin": SHOP}).headers.get_list("vary")
        assert ", ".join(fields).lower().count("origin") == 1, path


def test_a_plain_options_is_no_preflight(client: TestClient) -> None:
    answer = client.options("/v1/consents", headers={"origin": SHOP})
    assert answer.status_code == 405
