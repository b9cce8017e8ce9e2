import asyncio
import os
import signal
import sys

import pytest

from consentinel.scanner.interrupts import run_interruptibly


def test_without_a_signal_the_work_is_done() -> None:
    async def work(interrupted: asyncio.Event) -> bool:
        return interrupted.is_set()

    before = signal.getsignal(signal.SIGTERM)
    outcome = run_interruptibly(work)
    assert (outcome.value, outcome.signal, outcome.exit_status) == (False, None, 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_sets_the_event_and_the_work_ends_by_itself(number: signal.Signals, status: int) -> None:
    said: list[object] = []

    async def work(interrupted: asyncio.Event) -> object:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(interrupted.wait(), 5)
        said.append(signal.getsignal(number))
        return "what there is"

    outcome = run_interruptibly(work, on_signal=lambda: said.append("stopping"))
    assert (outcome.value, outcome.signal, outcome.exit_status) == ("what there is", number, status)
    assert said == ["stopping", signal.SIG_DFL], "a second one kills"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_ignored_signal_stays_ignored() -> None:
    async def work(interrupted: asyncio.Event) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.05)
        return interrupted.is_set()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run_interruptibly(work).value is False
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_errors_of_the_work_come_through() -> None:
    async def work(_: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_interruptibly(work)


def test_child_processes_have_a_session_of_their_own() -> None:
    async def work(_: asyncio.Event) -> int:
        code = "import os; print(os.getsid(0))"
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        printed, _stderr = await child.communicate()
        return int(printed)

    assert run_interruptibly(work).value != os.getsid(0)
