"""What the server does by itself, again and again: each task in its rhythm, no failure ends it.

A round that failed is tried again soon: what passes by itself (too many open files, a database that starts
anew) holds nothing up for longer than it lasts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from consentinel.scanner.errors import ConsentinelError
from consentinel.server.logs import log, log_exception
from consentinel.server.metrics import Metrics

_FIRST_RETRY_S = 1  # and twice as long after each further failure
_MOST_DOUBLINGS = 20  # longer than any task's rhythm


@dataclass(frozen=True)
class Task:
    """`run` is awaited every `every_s` seconds; `name` is for the log and the metrics.

    has_failed: whether it did so before this.
    """

    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]
    has_failed: bool = False

    def pause_s(self, failures: int) -> float:
        """Return how long to wait for the next round; failures: how many rounds in a row have failed."""
        if not failures:
            return self.every_s
        return min(_FIRST_RETRY_S << min(failures - 1, _MOST_DOUBLINGS), self.every_s)


async def repeat(task: Task, metrics: Metrics) -> None:
    """Run a task for ever; a round that fails is logged and counted, and the next one comes all the same."""
    failures = int(task.has_failed)
    while True:
        await anyio.sleep(task.pause_s(failures))
        failures = 0 if await run_once(task, metrics) else failures + 1


async def run_once(task: Task, metrics: Metrics) -> bool:
    """Run one round of a task; return whether it succeeded."""
    try:
        await task.run()
    except ConsentinelError as error:
        metrics.background_failures.labels(task.name).inc()
        log("warning", "a background task failed", task=task.name, reason=str(error))
    except Exception as error:
        metrics.background_failures.labels(task.name).inc()
        log_exception("a background task failed", error, task=task.name)
    else:
        return True
    return False
