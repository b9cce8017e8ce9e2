import asyncio
import json

import pytest

from consentinel.server.background import Task, repeat, run_once
from consentinel.server.errors import Unavailable
from consentinel.server.metrics import Metrics
from tests.server.captured_log import captured_log


def failures(metrics: Metrics, name: str) -> float:
    return metrics.registry.get_sample_value("consentinel_background_failures_total", {"task": name}) or 0


@pytest.mark.parametrize("error", [Unavailable("the disk is full"), ValueError("secret"), OSError("secret")])
def test_a_round_that_fails_is_told_and_ends_nothing(error: Exception) -> None:
    async def fail() -> None:
        raise error

    metrics = Metrics()
    with captured_log() as stream:
        asyncio.run(run_once(Task("sweep", 1, fail), metrics))
    line = json.loads(stream.getvalue())
    assert (line["event"], line["task"]) == ("a background task failed", "sweep")
    assert ("the disk is full" in stream.getvalue()) is isinstance(error, Unavailable)
    assert "secret" not in stream.getvalue()
    assert failures(metrics, "sweep") == 1


def test_a_task_goes_on_after_a_failure_and_ends_when_it_is_cancelled() -> None:
    rounds: list[int] = []
    enough = asyncio.Event()

    async def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            enough.set()
        raise ValueError

    async def run() -> None:
        running = asyncio.create_task(repeat(Task("sweep", 0, work), Metrics()))
        await enough.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run())
    assert rounds[:3] == [0, 1, 2]
