from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.admin.logging_in import set_up
from tests.server.applications import client_of, make_app


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/state?site=shop.example", "/nothing", "/admin/login", "/static/consentinel.css"]
)
def test_every_answer_says_that_its_type_is_its_type(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert len(headers.get_list("referrer-policy")) == 1
    assert "server" not in headers


@pytest.mark.parametrize(
    "path", ["/v1/state?site=shop.example", "/v1/challenge?site=shop.example", "/v1/nothing"]
)
def test_nobody_keeps_or_frames_what_the_api_answers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["cache-control"] == "private, no-store"
    assert "default-src 'none'; frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/admin/login", "/admin/setup?token=x", "/admin/nothing", "/admin/password"]
)
def test_t22_pages_of_the_dashboard_run_no_script_and_stand_in_no_frame(
    client: TestClient, path: str
) -> None:
    set_up(client)
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("public_url", "there"),
    [
        ("https://consent.example", True),
        ("http://127.0.0.1:8080", False),
        (
            "https://www.shop.example/consentinel",
            False,
        ),  # the shop's host: whether it insists is the shop's affair
    ],
)
def test_browsers_are_told_to_come_by_https(
    sqlite_database: Database, tmp_path: Path, public_url: str, there: bool
) -> None:
    with client_of(make_app(sqlite_database, tmp_path / "data", public_url=public_url)) as client:
        assert ("strict-transport-security" in client.get("/healthz").headers) is there
