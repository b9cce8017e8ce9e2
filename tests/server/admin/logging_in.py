"""An administrator for tests, made by the pages that a person would use."""

import re

from httpx2 import Response
from starlette.testclient import TestClient

from consentinel.server.admin.setup_links import new_link
from tests.server.applications import services_of

NAME = "ada"
PASSWORD = "correct horse battery"


def make_link(client: TestClient) -> str:
    """Return the secret of a fresh set-up link."""
    service = services_of(client)

    with service.database.write() as connection:
        return new_link(connection, service.clock())


def set_up(client: TestClient, name: str = NAME, password: str = PASSWORD) -> Response:
    """Make an administrator; the client is logged in after that."""
    form = {"token": make_link(client), "name": name, "password": password, "again": password}
    return client.post("/admin/setup", data=form, follow_redirects=False)


def log_in(client: TestClient, name: str = NAME, password: str = PASSWORD) -> Response:
    """Send the form of the login page."""
    return client.post("/admin/login", data={"name": name, "password": password}, follow_redirects=False)


def csrf_of_page(client: TestClient) -> str:
    """Return what the forms of this session carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/admin/password").text)
    return found[1] if found else ""


def logged_in(client: TestClient) -> str:
    """Make an administrator, log in, and return the CSRF token."""
    set_up(client)
    return csrf_of_page(client)


def wrong_fields(page: str) -> set[str]:
    """Return the names of the fields that a page marks as wrong; each is described by what is wrong."""
    fields = re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true" aria-describedby="problem[ "]', page)
    assert len(fields) == page.count('aria-invalid="true"')
    assert not fields or ' id="problem"' in page
    return set(fields)
