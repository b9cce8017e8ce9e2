"""T14, T22: which forms the dashboard takes."""

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from consentinel.server.storage.database import Database
from tests.server.admin.logging_in import PASSWORD, csrf_of_page, log_in, logged_in, set_up, wrong_fields
from tests.server.applications import services_of

NEW = "another horse entirely"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Forms are the same on both."""
    return sqlite_database


def change(client: TestClient, csrf: str, headers: dict[str, str] | None = None, **fields: str) -> int:
    form = {"csrf": csrf, "old": PASSWORD, "password": NEW, "again": NEW, **fields}
    return client.post("/admin/password", data=form, headers=headers).status_code


def test_the_form_of_this_session_is_taken(client: TestClient) -> None:
    csrf = logged_in(client)
    old_session = dict(client.cookies)
    assert change(client, csrf) == 303
    assert client.get("/admin/password").status_code == 200
    client.cookies.clear()
    assert (
        client.get("/admin/password", cookies=None, headers={"cookie": _line(old_session)}).status_code == 303
    )
    assert log_in(client).status_code == 401
    assert log_in(client, password=NEW).status_code == 303


def _line(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@pytest.mark.parametrize("csrf", ["", "x", "ä", "0" * 5_000])
def test_t22_another_token_is_refused(client: TestClient, csrf: str) -> None:
    logged_in(client)
    assert change(client, csrf) == 403


def test_t22_the_token_of_another_session_is_refused(client: TestClient) -> None:
    other = logged_in(client)
    log_in(client)
    assert csrf_of_page(client) != other
    assert change(client, other) == 403


def test_t22_a_form_without_a_token_is_refused(client: TestClient) -> None:
    logged_in(client)
    answer = client.post("/admin/logout", data={})
    assert answer.status_code == 403
    assert (
        client.post("/admin/logout", content=b"{}", headers={"content-type": "application/json"}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8080"}, 303),
        ({"origin": "http://127.0.0.1:8080"}, 303),
        ({}, 303),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "http://127.0.0.1:8080.evil.example"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
def test_t14_a_form_from_elsewhere_is_refused(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    csrf = logged_in(client)
    assert change(client, csrf, headers) == status


@pytest.mark.parametrize("path", ["/admin/login", "/admin/setup"])
def test_t14_nobody_is_logged_in_from_elsewhere(client: TestClient, path: str) -> None:
    set_up(client)
    answer = client.post(
        path, data={"name": "ada", "password": PASSWORD}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("fields", "says", "wrong"),
    [
        ({"old": "wrong"}, "The old password is wrong", {"old"}),
        ({"again": "something else"}, "differ", {"password", "again"}),
        ({"password": "short", "again": "short"}, "at least 12", {"password"}),
    ],
)
def test_a_password_that_cannot_be_is_said(
    client: TestClient, fields: dict[str, str], says: str, wrong: set[str]
) -> None:
    csrf = logged_in(client)
    form = {"csrf": csrf, "old": PASSWORD, "password": NEW, "again": NEW, **fields}
    answer = client.post("/admin/password", data=form)
    assert answer.status_code == 422
    assert says in answer.text
    assert wrong_fields(answer.text) == wrong


def test_t22_guessing_the_old_password_gets_slower(client: TestClient) -> None:
    csrf = logged_in(client)
    assert [change(client, csrf, old="wrong") for _ in range(6)] == [422] * 5 + [429]
    refused = client.post("/admin/password", data={"csrf": csrf})
    assert refused.headers["retry-after"] == "2"
    assert "Try again in 2 seconds." in refused.text


def test_people_get_a_page_and_programs_a_problem(client: TestClient) -> None:
    logged_in(client)
    page = client.post("/admin/logout", data={}, headers={"accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "This form is from another session" in page.text
    problem = client.post("/admin/logout", data={})
    assert problem.headers["content-type"] == "application/problem+json"


def test_people_get_a_page_while_the_database_cannot_be_used(client: TestClient) -> None:
    logged_in(client)
    with services_of(client).database.write() as connection:
        connection.execute(sa.text("ALTER TABLE sessions RENAME TO gone"))
    page = client.get("/admin/password", headers={"accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert page.headers["retry-after"] == "30"
    assert "nothing was stored." in page.text
    assert client.get("/admin/password").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("charset", ["unicode_escape", "undefined"])
def test_a_form_in_an_encoding_that_no_browser_uses_is_refused(client: TestClient, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800..\r\n--x--\r\n'
    headers = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
    assert client.post("/admin/login", content=body, headers=headers).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_a_form_may_say_that_it_is_utf_8(client: TestClient, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nada\r\n--x--\r\n'
    headers = {"content-type": f'multipart/form-data; boundary=x; charset="{charset}"'}
    assert client.post("/admin/login", content=body, headers=headers).status_code == 401
