from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.cookie_syntax import CookieLine, parse_cookie_line

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CENTURY_S = 100 * 365 * 86_400
PIECES = st.sampled_from(
    [
        "a",
        "=",
        ";",
        " ",
        '"',
        "Max-Age=",
        "Expires=",
        "-",
        "9" * 30,
        "Domain=.",
        "Path=",
        "Wed, 21 Oct 2026",
        ":",
    ]
)


def parsed(line: str) -> CookieLine:
    found = parse_cookie_line(line, now=NOW)
    assert found is not None
    return found


@given(st.one_of(st.text(st.characters(exclude_categories=())), st.lists(PIECES).map("".join)))
def test_no_line_raises(line: str) -> None:
    found = parse_cookie_line(line, now=NOW)
    assert found is None or found.name or found.value
    assert found is None or found.max_age_s is None or -1 <= found.max_age_s <= CENTURY_S


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("a=1", "a", "1"),
        (" a = 1 2 ; Path=/", "a", "1 2"),
        ("a=b=c", "a", "b=c"),
        ("value only", "", "value only"),
        ("=value", "", "value"),
        ("a=", "a", ""),
        ('a="quoted; Path=/', "a", '"quoted'),
        ('a="quoted"', "a", '"quoted"'),
        ("__Host-id=1; Secure; Path=/", "__Host-id", "1"),
    ],
)
def test_name_and_value(line: str, name: str, value: str) -> None:
    assert (parsed(line).name, parsed(line).value) == (name, value)


@pytest.mark.parametrize("line", ["", "=", " ; Path=/", ";", "=;"])
def test_a_line_that_names_nothing_is_no_cookie(line: str) -> None:
    assert parse_cookie_line(line, now=NOW) is None


def test_attributes_in_any_case_and_the_last_one_wins() -> None:
    line = "a=1; PATH=/x; path=/y; Domain=.Shop.Example; SECURE; httponly; SameSite=None; Partitioned; Odd=1"
    assert parsed(line) == CookieLine(
        name="a",
        value="1",
        domain="shop.example",
        path="/y",
        secure=True,
        http_only=True,
        same_site="none",
        partitioned=True,
    )


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ("", None),
        ("Max-Age=60", 60),
        ("Max-Age=60; Expires=Sun, 01 Mar 2026 13:00:00 GMT", 60),
        ("Expires=Sun, 01 Mar 2026 13:00:00 GMT; Max-Age=60", 60),
        ("Max-Age=0", 0),
        ("Max-Age=-5", -1),
        ("Max-Age=-", None),
        ("Max-Age=--5", None),
        ("Max-Age=+5", None),
        ("Max-Age=1.5", None),
        ("Max-Age=", None),
        ("Max-Age=60 seconds", None),
        (f"Max-Age={'9' * 400}", CENTURY_S),
        (f"Max-Age={'0' * 30}60", 60),
        (f"Max-Age=-{'9' * 400}", -1),
        ("Max-Age=nonsense; Expires=Sun, 01 Mar 2026 13:00:00 GMT", 3600),
        ("Expires=Sun, 01 Mar 2026 13:00:00 GMT", 3600),
        ("Expires=Sun, 01-Mar-2026 13:00:00 GMT", 3600),
        ("Expires=Sunday, 01-Mar-26 13:00:00 GMT", 3600),
        ("Expires=Sun Mar  1 13:00:00 2026", 3600),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", -1),
        ("Expires=Thu, 01-Jan-70 00:00:00 GMT", -1),
        ("Expires=Fri, 31 Dec 9999 23:59:59 GMT", CENTURY_S),
        ("Expires=0", None),
        ("Expires=Session", None),
        ("Expires=Sun, 31 Feb 2026 13:00:00 GMT", None),
    ],
)
def test_declared_lifetime(attributes: str, seconds: int | None) -> None:
    assert parsed(f"a=1; {attributes}").max_age_s == seconds


@pytest.mark.parametrize(
    ("line", "deletes"),
    [
        ("a=; Max-Age=0", True),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("a=1; Max-Age=1", False),
        ("a=1", False),
    ],
)
def test_a_deletion_is_told_from_a_cookie(line: str, deletes: bool) -> None:
    assert parsed(line).deletes is deletes


@pytest.mark.parametrize("declared_s", [120, 1800, 7200, 86_400, 30 * 86_400, 365 * 86_400])
@pytest.mark.parametrize("late_ms", [0, 1, 700, 999, 1500, 2900])
def test_an_expiry_lost_in_seconds_gives_the_declared_lifetime(declared_s: int, late_ms: int) -> None:
    set_at = NOW - timedelta(milliseconds=late_ms)
    expires = format_datetime((set_at + timedelta(seconds=declared_s)).replace(microsecond=0), usegmt=True)
    assert parsed(f"a=1; Expires={expires}").max_age_s == declared_s


def test_other_lifetimes_are_as_declared() -> None:
    assert parsed("a=1; Max-Age=7199").max_age_s == 7199
    for seconds in (1, 1000):
        expires = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
        assert parsed(f"a=1; Expires={expires}").max_age_s == seconds
    expired = format_datetime(NOW - timedelta(seconds=1), usegmt=True)
    assert parsed(f"a=1; Expires={expired}").deletes
