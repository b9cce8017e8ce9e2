import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.rates import Buckets, Limits, Networks, Rate, truncated
from tests.server.applications import FixedClock

A_DAY_S = 86_400


def test_a_burst_then_the_rate() -> None:
    clock = FixedClock()
    buckets = Buckets(Rate(burst=3, per_second=0.5), clock)
    assert [buckets.take(b"a") for _ in range(5)] == [0, 0, 0, 2, 2]
    clock.advance(2)
    assert [buckets.take(b"a") for _ in range(2)] == [0, 2]
    assert buckets.take(b"b") == 0


@given(st.floats(0.01, 1000), st.integers(1, 50), st.integers(0, 100))
def test_who_waits_as_long_as_told_is_let_in(per_second: float, burst: int, more: int) -> None:
    clock = FixedClock()
    buckets = Buckets(Rate(burst, per_second), clock)
    waits = [buckets.take(b"a") for _ in range(burst + more + 1)]
    clock.advance(waits[-1])
    assert waits[-1] >= 1
    assert buckets.take(b"a") == 0


@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_no_more_than_burst_and_rate(steps_ms: list[int]) -> None:
    clock = FixedClock()
    start = clock.now
    buckets = Buckets(Rate(burst=5, per_second=2), clock)
    taken = 0
    for step in steps_ms:
        clock.now += step
        taken += buckets.take(b"a") == 0
    assert taken <= 5 + 2 * (clock.now - start) / 1000 + 1e-6


def test_t27_a_clock_that_is_set_back_or_far_forward_does_no_harm() -> None:
    clock = FixedClock()
    buckets = Buckets(Rate(burst=2, per_second=1), clock)
    two_years_s = 2 * 365 * A_DAY_S
    buckets.take(b"a")
    clock.advance(-two_years_s)
    assert [buckets.take(b"a") for _ in range(2)] == [0, 1]
    clock.advance(2 * two_years_s)
    assert [buckets.take(b"a") for _ in range(3)] == [0, 0, 1]


def test_t20_memory_is_bounded_and_who_came_last_is_remembered() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0.001), FixedClock(), most=100)
    names = [number.to_bytes(4) for number in range(1_000)]
    assert {buckets.take(name) for name in names} == {0}
    assert 0 not in {buckets.take(name) for name in names[-100:]}
    assert {buckets.take(name) for name in names[:-100]} == {0}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("198.51.100.77", b"\xc6\x33\x64"),
        ("2001:db8:1:2::3", b"\x20\x01\x0d\xb8\x00\x01"),
        ("::ffff:198.51.100.77", b"\xc6\x33\x64"),
        ("fe80::1%eth0", b"\xfe\x80\x00\x00\x00\x00"),
        ("", b""),
        ("testclient", b""),
        ("198.51.100", b""),
    ],
)
def test_t21_an_address_is_cut_off(address: str, kept: bytes) -> None:
    assert truncated(address) == kept


@given(st.text())
def test_what_is_no_address_is_nobody(text: str) -> None:
    assert truncated(text) in (b"",) or len(truncated(text)) in (3, 6)


def test_t21_a_network_has_another_name_each_day_and_in_each_process() -> None:
    clock = FixedClock()
    networks, others = Networks(clock), Networks(clock)
    today = networks.name("198.51.100.77")
    assert networks.name("198.51.100.1") == today
    assert others.name("198.51.100.77") != today
    clock.advance(A_DAY_S)
    assert networks.name("198.51.100.77") != today
    clock.advance(-A_DAY_S)
    assert networks.name("198.51.100.77") != today  # yesterday's key is gone for good


def test_off_is_off() -> None:
    limits = Limits(FixedClock(), on=False)
    assert {limits.write("192.0.2.1") for _ in range(10_000)} == {0}
    assert {limits.read("192.0.2.1") for _ in range(10_000)} == {0}
    assert {limits.site("shop.example") for _ in range(10_000)} == {0}
