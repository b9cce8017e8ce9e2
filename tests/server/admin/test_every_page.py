"""T22: no page of the dashboard is open by accident, whoever adds one."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from consentinel.server.app import all_routes
from consentinel.server.storage.database import Database
from tests.server.admin.logging_in import logged_in

# `/admin` leads to `/admin/` and shows nothing itself
OPEN = {"/admin", "/admin/login", "/admin/setup"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Who may see a page is the same on both."""
    return sqlite_database


def pages() -> Iterator[tuple[str, str]]:
    """Yield method and address of all pages that need a login."""
    for route in all_routes():
        if isinstance(route, Route) and route.path.startswith("/admin") and route.path not in OPEN:
            path = re.sub(r"{\w+(:\w+)?}", "1", route.path)
            yield from ((method, path) for method in sorted(route.methods or ()))


def test_there_are_pages() -> None:
    assert len(list(pages())) > 20


def test_t22_every_page_needs_a_login(client: TestClient) -> None:
    found = {
        (method, path): client.request(method, path).headers.get("location", "") for method, path in pages()
    }
    assert [page for page, location in found.items() if not location.startswith("/admin/login")] == []


def test_t22_every_form_needs_the_token_of_its_session(client: TestClient) -> None:
    logged_in(client)
    found = {
        path: client.post(path, data={"csrf": "x"}).status_code
        for method, path in pages()
        if method == "POST"
    }
    assert len(found) > 5
    assert {path: status for path, status in found.items() if status != 403} == {}


def test_t14_every_form_is_of_a_page_of_ours(client: TestClient) -> None:
    csrf = logged_in(client)
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    found = {
        path: client.post(path, data={"csrf": csrf}, headers=headers).status_code
        for method, path in pages()
        if method == "POST"
    }
    assert {path: status for path, status in found.items() if status != 403} == {}


def test_only_forms_change_anything() -> None:
    assert {method for method, _ in pages()} <= {"GET", "HEAD", "POST"}
