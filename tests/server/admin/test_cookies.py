"""How browsers keep a session (T22)."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.admin.logging_in import set_up
from tests.server.applications import client_of, make_app


@pytest.mark.parametrize(
    ("public_url", "name", "path"),
    [
        ("https://consent.example", "__Host-consentinel_admin", "/"),
        ("https://www.shop.example/consentinel", "__Secure-consentinel_admin", "/consentinel/admin"),
        ("http://127.0.0.1:8080", "consentinel_admin", "/"),
    ],
)
def test_t22_the_cookie_of_each_way_to_serve(
    sqlite_database: Database, tmp_path: Path, public_url: str, name: str, path: str
) -> None:
    origin = "/".join(public_url.split("/")[:3])
    with client_of(
        make_app(sqlite_database, tmp_path / "data", public_url=public_url), base_url=origin
    ) as client:
        cookies = SimpleCookie()
        for line in set_up(client).headers.get_list("set-cookie"):
            cookies.load(line)
    assert list(cookies) == [name, name.replace("admin", "device")]
    for morsel in cookies.values():
        assert (morsel["path"], morsel["domain"], morsel["samesite"], morsel["httponly"]) == (
            path,
            "",
            "lax",
            True,
        )
        assert bool(morsel["secure"]) is public_url.startswith("https:")
    assert len(cookies[name].value) == 43  # 256 bits


def test_t22_by_https_a_cookie_without_the_prefix_is_none(sqlite_database: Database, tmp_path: Path) -> None:
    app = make_app(sqlite_database, tmp_path / "data", public_url="https://consent.example")
    with client_of(app, base_url="https://consent.example") as client:
        set_up(client)
        token = client.cookies["__Host-consentinel_admin"]
        client.cookies.clear()
        assert _status(client, f"consentinel_admin={token}") == 303
        assert _status(client, f"__Host-consentinel_admin={token}") == 200


def _status(client: TestClient, cookie: str) -> int:
    return client.get("/admin/password", headers={"cookie": cookie}).status_code
