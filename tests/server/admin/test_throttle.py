from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.admin.throttle import Throttle
from tests.server.applications import FixedClock


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    clock = FixedClock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(18):
        throttle.failed("ada", "192.0.2.1")
        clock.advance(0.001)
        waits.append(throttle.wait_s("ada", "192.0.2.1"))
        clock.advance(1_000)
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900]


def test_who_waits_as_long_as_told_is_let_in() -> None:
    clock = FixedClock()
    throttle = Throttle(clock)
    for _ in range(6):
        throttle.failed("ada", "192.0.2.1")
    clock.advance(1.6)
    wait_s = throttle.wait_s("ada", "192.0.2.1")
    clock.advance(wait_s)
    assert (wait_s, throttle.wait_s("ada", "192.0.2.1")) == (3, 0)


def test_a_success_forgets_the_failures() -> None:
    throttle = Throttle(FixedClock())
    for _ in range(9):
        throttle.failed("ada", "192.0.2.1")
    assert throttle.wait_s("ada", "192.0.2.1") > 0
    throttle.succeeded("ada", "192.0.2.1")
    assert throttle.wait_s("ada", "192.0.2.1") == 0


def test_t22_one_network_cannot_try_many_names() -> None:
    throttle = Throttle(FixedClock())
    waits = [throttle.wait_s(f"name {number}", f"192.0.2.{number % 256}") for number in range(40)]
    assert waits[:30] == [0] * 30
    assert min(waits[30:]) > 0


def test_t22_many_networks_cannot_try_one_name() -> None:
    throttle = Throttle(FixedClock())
    waits = [throttle.wait_s("ada", f"10.{number}.0.1") for number in range(70)]
    assert waits[:60] == [0] * 60
    assert min(waits[60:]) > 0


@given(st.integers(-(10**12), 10**12))
def test_t27_a_clock_that_jumps_locks_nobody_out_for_longer(jump_ms: int) -> None:
    clock = FixedClock()
    throttle = Throttle(clock)
    for _ in range(30):
        throttle.failed("ada", "192.0.2.1")
    clock.now += jump_ms
    assert throttle.wait_s("ada", "192.0.2.1") <= 900
