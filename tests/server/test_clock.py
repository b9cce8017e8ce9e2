"""A clock that is set is told from one that goes on."""

import time

import pytest

from consentinel.server.clock import ClockWatch, steady_ms
from tests.server.applications import FixedClock


def test_a_clock_that_was_set_ahead_is_ahead_until_it_is_right_again() -> None:
    clock, steady = FixedClock(), FixedClock(5)
    watch = ClockWatch(clock, steady)
    for fixed in (clock, steady):
        fixed.advance(3_600)
    assert watch.ahead_ms() == 0
    clock.advance(86_400)
    assert watch.ahead_ms() == 86_400_000
    clock.advance(-2 * 86_400)
    assert watch.ahead_ms() == -86_400_000
    clock.advance(86_400)
    assert watch.ahead_ms() == 0


def test_the_steady_clock_goes_on_while_the_system_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "clock_gettime_ns", {time.CLOCK_BOOTTIME: 7_999_999}.__getitem__)
    assert steady_ms() == 7


def test_where_no_clock_counts_sleep_another_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    monkeypatch.setattr(time, "clock_gettime_ns", {time.CLOCK_MONOTONIC: 9_000_000}.__getitem__)
    assert steady_ms() == 9
