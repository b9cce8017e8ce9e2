"""T22: who may use the dashboard, and what an attacker finds."""

from unittest.mock import Mock

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from consentinel.server.admin.login import safe_place
from consentinel.server.admin.sessions import IDLE_MS, LONGEST_MS
from consentinel.server.admin.throttle import FREE_FAILURES
from consentinel.server.errors import Unavailable
from tests.server.admin.logging_in import NAME, PASSWORD, csrf_of_page, log_in, logged_in, set_up
from tests.server.applications import FixedClock, services_of
from tests.server.captured_log import captured_log

COOKIE = "consentinel_admin"


def test_t22_without_a_login_every_page_leads_to_it(client: TestClient) -> None:
    answer = client.get("/admin/password?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/login?next=%2Fadmin%2Fpassword%3Fx%3D1"
    assert client.post("/admin/password", data={"old": "x"}).headers["location"] == "/admin/login"


def test_t22_there_is_no_default_password(client: TestClient) -> None:
    for password in ("", "admin", "password", NAME):
        assert log_in(client, "admin", password).status_code == 401


def test_logs_in_and_out(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    answer = log_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")
    attributes = answer.headers["set-cookie"].lower()
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/;" in attributes
    assert client.get("/admin/password").status_code == 200
    out = client.post("/admin/logout", data={"csrf": csrf_of_page(client)})
    assert out.headers["location"] == "/admin/login"
    assert client.get("/admin/password").status_code == 303


def test_logging_out_ends_the_session_also_for_who_kept_its_cookie(client: TestClient) -> None:
    csrf = logged_in(client)
    kept = client.cookies[COOKIE]
    client.post("/admin/logout", data={"csrf": csrf})
    client.cookies.set(COOKIE, kept)
    assert client.get("/admin/password").status_code == 303


def test_a_new_login_has_a_new_token_and_ends_the_session_before(client: TestClient) -> None:
    logged_in(client)
    first = client.cookies[COOKIE]
    log_in(client)
    assert client.cookies[COOKIE] != first
    client.cookies.clear()
    client.cookies.set(COOKIE, first)
    assert client.get("/admin/password").status_code == 303


def test_t22_the_database_has_no_token_and_no_password(client: TestClient) -> None:
    logged_in(client)
    token = client.cookies[COOKIE]
    with services_of(client).database.read() as connection:
        rows = [
            tuple(row)
            for table in ("users", "sessions", "setup_links", "payloads")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert "$argon2id$" in repr(rows)
    assert token not in repr(rows)
    assert PASSWORD not in repr(rows)


def test_a_session_ends_when_it_is_not_used_and_lasts_longer_when_it_is(
    client: TestClient, clock: FixedClock
) -> None:
    logged_in(client)
    for _ in range(3):
        clock.now += IDLE_MS - 60_000
        assert client.get("/admin/password").status_code == 200
    clock.now += IDLE_MS + 1
    assert client.get("/admin/password").status_code == 303


def test_no_session_lasts_for_ever(client: TestClient, clock: FixedClock) -> None:
    logged_in(client)
    end = clock.now + LONGEST_MS
    while clock.now + IDLE_MS // 2 < end:
        clock.now += IDLE_MS // 2
        assert client.get("/admin/password").status_code == 200
    clock.now = end
    assert client.get("/admin/password").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "ä", "0" * 5_000])
def test_a_made_up_session_is_none(client: TestClient, token: str) -> None:
    answer = client.get("/admin/password", headers={b"cookie": f"{COOKIE}={token}".encode()})
    assert answer.status_code == 303


# --- guessing ---


def test_t22_a_wrong_name_and_a_wrong_password_look_the_same(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    wrong_password, wrong_name = log_in(client, password="wrong" * 4), log_in(client, "nobody", "wrong" * 4)
    assert wrong_password.status_code == wrong_name.status_code == 401
    assert wrong_password.text == wrong_name.text
    assert wrong_password.headers.items() == wrong_name.headers.items()


def test_t22_a_wrong_name_costs_one_check_of_a_password_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(client)
    checked: list[str | None] = []
    passwords = services_of(client).passwords
    real = passwords._fits

    def fits(password: str, stored: str | None) -> bool:
        checked.append(stored)
        return real(password, stored)

    monkeypatch.setattr(passwords, "_fits", fits)
    log_in(client, password="wrong" * 4)
    log_in(client, "nobody", "wrong" * 4)
    assert [stored is None for stored in checked] == [False, True]


def test_a_name_that_no_database_can_hold_is_refused(client: TestClient) -> None:
    """PostgreSQL has no text with a NUL."""
    for fields in ({"name": "a\0da"}, {"password": "\0"}):
        assert log_in(client, **fields).status_code == 400


def test_t22_guessing_gets_slower_and_the_right_password_has_to_wait_as_well(
    client: TestClient, clock: FixedClock
) -> None:
    set_up(client)
    client.cookies.clear()
    assert [log_in(client, password="wrong" * 4).status_code for _ in range(5)] == [401] * 5
    refused = log_in(client)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 2
    clock.advance(2)
    assert log_in(client, password="wrong" * 4).status_code == 401
    clock.advance(2)
    assert int(log_in(client).headers["retry-after"]) == 2
    clock.advance(2)
    assert log_in(client).status_code == 303


def test_t22_a_stranger_cannot_lock_an_administrator_out(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    stranger = {"x-forwarded-for": "203.0.113.9"}
    proxied = TestClient(client.app, base_url=str(client.base_url), client=("127.0.0.1", 1))
    for _ in range(8):
        proxied.post("/admin/login", data={"name": NAME, "password": "wrong"}, headers=stranger)
    assert log_in(client).status_code == 303


def test_failures_are_in_the_ledger_by_fives_and_only_for_names_that_exist(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    for name in (NAME, "typed-my-password-here"):
        for _ in range(5):
            log_in(client, name, "wrong")
    events = _audit(client)
    assert [event for event in events if "login-failed" in event] != []
    assert "typed-my-password-here" not in "".join(events)


def test_t22_a_guess_is_answered_alike_whatever_becomes_of_the_ledger(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for a name that exists is something written: nobody may learn of it by its failure."""
    set_up(client)
    client.cookies.clear()
    refused = Mock(side_effect=Unavailable("another request holds the database"))
    monkeypatch.setattr("consentinel.server.admin.login.record", refused)
    with captured_log() as lines:
        answers = [log_in(client, name, "wrong") for name in (NAME, "nobody") for _ in range(FREE_FAILURES)]
    assert {answer.status_code for answer in answers} == {401}
    assert refused.call_count == 1
    assert "a failed login was not recorded" in lines.getvalue()


def test_t22_a_guess_is_answered_before_it_is_recorded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who guesses sees by the time that a name exists."""
    set_up(client)
    order: list[str] = []
    monkeypatch.setattr("consentinel.server.admin.login.record", lambda *_, **__: order.append("recorded"))

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            order.append(message["type"])
            await send(message)

        await client.app(scope, receive, note)

    outside = TestClient(noting, base_url=str(client.base_url))
    outside.portal = client.portal
    for _ in range(FREE_FAILURES):
        log_in(outside, password="wrong")
    assert order[-2:] == ["http.response.body", "recorded"]


def test_what_administrators_do_is_in_the_ledger(client: TestClient) -> None:
    logged_in(client)
    events = "".join(_audit(client))
    assert '"action":"administrator-made"' in events
    assert '"action":"login"' in events
    assert f'"by":"{NAME}"' in events


def _audit(client: TestClient) -> list[str]:
    with services_of(client).database.read() as connection:
        rows = connection.exec_driver_sql("SELECT event FROM payloads").all()
    return [bytes(row[0]).decode() for row in rows]


# --- where it leads ---


@pytest.mark.parametrize(
    ("place", "safe"),
    [
        ("/admin/ledger", "/admin/ledger"),
        ("/admin/sites/a?x=1", "/admin/sites/a?x=1"),
        ("", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("https://evil.example/", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("/admin/\\evil", "/admin/"),
        ("/admin/\r\nset-cookie: a=b", "/admin/"),
        ("/adminx", "/admin/"),
    ],
)
def test_the_login_leads_to_no_other_site(place: str, safe: str) -> None:
    assert safe_place(place) == safe


def test_the_login_leads_back_to_the_page_that_was_asked_for(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    page = client.get("/admin/login?next=/admin/ledger").text
    assert 'name="next" value="/admin/ledger"' in page
    form = {"name": NAME, "password": PASSWORD, "next": "/admin/ledger"}
    assert client.post("/admin/login", data=form).headers["location"] == "/admin/ledger"
