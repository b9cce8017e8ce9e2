"""Ctrl-C and its like: the first one asks a scan to end with what it has, the second one kills."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of the work, and the signal that cut it short, if any."""

    value: T
    signal: signal.Signals | None

    @property
    def exit_status(self) -> int:
        """What a shell reports for a process that the signal ended; 0 where there was none."""
        return 128 + self.signal if self.signal else 0


def run_interruptibly(
    work: Callable[[asyncio.Event], Awaitable[T]], *, on_signal: Callable[[], None] = lambda: None
) -> Outcome[T]:
    """Run `work` in an event loop; the event it is given is set by SIGINT (Ctrl-C) and SIGTERM.

    on_signal: called then; from there on a second signal kills at once. A signal that the caller's caller
    ignores (`nohup`, a job in the background of a script) stays ignored. Raises what `work` raises.
    """
    with asyncio.Runner(loop_factory=_DetachingLoop) as runner:
        return runner.run(_listen(work, on_signal))


async def _listen(work: Callable[[asyncio.Event], Awaitable[T]], on_signal: Callable[[], None]) -> Outcome[T]:
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    caught: list[signal.Signals] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    watched = [number for number in _SIGNALS if before[number] is not signal.SIG_IGN]

    def stop(number: signal.Signals) -> None:
        for each in watched:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        caught.append(number)
        interrupted.set()
        on_signal()

    for number in watched:
        loop.add_signal_handler(number, stop, number)
    try:
        return Outcome(await work(interrupted), caught[0] if caught else None)
    finally:
        for number in watched:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])


class _DetachingLoop(asyncio.SelectorEventLoop):
    """A loop whose child processes are out of reach of the terminal.

    Ctrl-C, `timeout` and the like signal the whole process group: Playwright's driver would end with it, and
    what the browser holds of the current page could no longer be read.
    """

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        """Start a process as the base class does, in a session of its own."""
        return await super().subprocess_exec(*args, **{**kwargs, "start_new_session": True})
