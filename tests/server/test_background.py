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


def pauses_of(monkeypatch: pytest.MonkeyPatch, task: Task, number: int) -> list[float]:
    """Return how long it is waited before each of the first rounds, without waiting."""
    pauses = list[float]()

    async def pause(seconds: float) -> None:
        if len(pauses) == number:
            raise asyncio.CancelledError
        pauses.append(seconds)

    monkeypatch.setattr("consentinel.server.background.anyio.sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(repeat(task, Metrics()))
    return pauses


def test_a_round_that_failed_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = iter([True, False, False, True, False, *[False] * 9])

    async def work() -> None:
        if not next(outcomes):
            raise Unavailable("too many open files")

    assert pauses_of(monkeypatch, Task("look", 60, work), 14) == [
        60,
        60,
        1,
        2,
        60,
        1,
        2,
        4,
        8,
        16,
        32,
        60,
        60,
        60,
    ]


def test_no_round_comes_later_for_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        raise ValueError

    assert pauses_of(monkeypatch, Task("look", 0.5, work), 3) == [0.5, 0.5, 0.5]


def test_what_had_failed_before_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        pass

    assert pauses_of(monkeypatch, Task("look", 60, work, has_failed=True), 2) == [1, 60]
