"""What the server does by itself, again and again: each task in its rhythm, no failure ends it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from consentinel.scanner.errors import ConsentinelError
from consentinel.server.logs import log, log_exception
from consentinel.server.metrics import Metrics


@dataclass(frozen=True)
class Task:
    """`run` is awaited every `every_s` seconds; `name` is for the log and the metrics."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]


async def repeat(task: Task, metrics: Metrics) -> None:
    """Run a task for ever; a round that fails is logged and counted, and the next one comes all the same."""
    while True:
        await anyio.sleep(task.every_s)
        await run_once(task, metrics)


async def run_once(task: Task, metrics: Metrics) -> None:
    """Run one round of a task."""
    try:
        await task.run()
    except ConsentinelError as error:
        metrics.background_failures.labels(task.name).inc()
        log("warning", "a background task failed", task=task.name, reason=str(error))
    except Exception as error:
        metrics.background_failures.labels(task.name).inc()
        log_exception("a background task failed", error, task=task.name)
