"""T22: browsers that an administrator has logged in from are not locked out by what others do."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from consentinel.server.admin.devices import device_named, new_device
from consentinel.server.admin.throttle import Throttle
from consentinel.server.keys import new_keys
from consentinel.server.storage.database import Database
from tests.server.admin.logging_in import NAME, PASSWORD, csrf_of_page, log_in, set_up
from tests.server.applications import FixedClock, services_of

KEYS = new_keys()
DEVICE = "consentinel_device"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Nothing of this is in the database."""
    return sqlite_database


def flood(client: TestClient, clock: FixedClock) -> None:
    """Let many networks guess until the name is looked at no more."""
    throttle = services_of(client).throttle
    for number in range(100):
        throttle.wait_s(NAME, f"10.{number}.0.1")
        throttle.failed(NAME, f"10.{number}.0.1")


def test_t22_of_many_guesses_at_once_a_known_device_has_five() -> None:
    """Before the first of them is known to be wrong."""
    clock = FixedClock()
    throttle = Throttle(clock)
    waits = [throttle.wait_s(NAME, f"10.{number}.0.1", b"device") for number in range(50)]
    assert waits == [0] * 5 + [2] * 45
    assert throttle.wait_s(NAME, "10.0.0.1", b"another") == 0
    clock.advance(2)
    assert throttle.wait_s(NAME, "10.0.0.1", b"device") == 0


def log_out(client: TestClient) -> None:
    """Leave nothing in the browser but the name of the device."""
    client.post("/admin/logout", data={"csrf": csrf_of_page(client)})


def test_t22_many_networks_cannot_lock_out_a_browser_that_was_logged_in_before(
    client: TestClient, clock: FixedClock
) -> None:
    set_up(client)
    log_out(client)
    flood(client, clock)
    assert log_in(client).status_code == 303
    kept = client.cookies[DEVICE]
    client.cookies.clear()
    assert log_in(client).status_code == 429
    client.cookies.set(DEVICE, kept)
    assert log_in(client).status_code == 303


def test_t22_a_password_can_be_changed_while_others_guess(client: TestClient, clock: FixedClock) -> None:
    set_up(client)
    csrf = csrf_of_page(client)
    flood(client, clock)
    form = {"csrf": csrf, "old": PASSWORD, "password": "new words entirely", "again": "new words entirely"}
    assert client.post("/admin/password", data=form).status_code == 303


def test_t22_a_device_waits_for_its_own_failures_from_wherever(client: TestClient, clock: FixedClock) -> None:
    set_up(client)
    log_out(client)
    assert [log_in(client, password="wrong" * 4).status_code for _ in range(5)] == [401] * 5
    elsewhere = TestClient(client.app, base_url=str(client.base_url), client=("198.51.100.7", 1))
    elsewhere.cookies.set(DEVICE, client.cookies[DEVICE])
    assert log_in(elsewhere).status_code == 429
    clock.advance(2)
    assert log_in(elsewhere).status_code == 303


def test_t22_the_device_of_one_administrator_is_none_of_another(
    client: TestClient, clock: FixedClock
) -> None:
    set_up(client)
    set_up(client, "grace")
    log_out(client)
    flood(client, clock)
    assert log_in(client).status_code == 429
    assert log_in(client, "grace").status_code == 303


def test_t22_after_a_failure_no_device_is_named(client: TestClient) -> None:
    set_up(client)
    client.cookies.clear()
    assert "set-cookie" not in log_in(client, password="wrong" * 4).headers


@given(st.text(max_size=80))
@example("")
@example("." * 3)
@example("é.é")
def test_t22_a_made_up_device_is_none(cookie: str) -> None:
    assert device_named(KEYS, NAME, cookie) == b""


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.text(max_size=128), st.integers(0, 200))
@example("ada", 42)  # the last letter has bits to spare
def test_t22_a_device_is_known_for_its_name_alone(name: str, at: int) -> None:
    cookie = new_device(KEYS, name)
    assert len(device_named(KEYS, name, cookie)) == 16
    assert device_named(KEYS, f"{name}x", cookie) == b""
    assert device_named(new_keys(), name, cookie) == b""
    at %= len(cookie)
    # the letter beside it in the alphabet
    other = _ALPHABET[_ALPHABET.index(cookie[at]) ^ 1]
    spoilt = cookie[:at] + other + cookie[at + 1 :]
    assert device_named(KEYS, name, spoilt) == b""
