"""Speed and memory of a scan beside a bare Playwright loop over the same pages, in one run."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from bench.measures import Measure, middle
from bench.memory import PeakMemory
from bench.sites import START, banner_pages, page_urls, polling_page, small_pages
from bench.worker import Job, Outcome
from consentinel.scanner.demo.loopback import LoopbackServer

_ROOT = Path(__file__).parent.parent
_RUN_LIMIT_S = 600


class BenchError(Exception):
    """A run did not come to its end, or did not see what it should have seen."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much to run."""

    pages: int
    state_pages: int
    rounds: int


FULL = Size(pages=40, state_pages=16, rounds=5)
QUICK = Size(pages=12, state_pages=6, rounds=2)


def measure_scans(size: Size) -> Iterator[Measure]:
    """Yield the measures one after the other, as they are done; raises BenchError."""
    with LoopbackServer(small_pages(size.pages)) as server:
        job = Job(urls=page_urls(size.pages), server=server.address)
        yield from _against_bare(job, size.rounds)
        yield from _memory(job)
    with LoopbackServer(banner_pages(size.state_pages)) as server:
        yield _states(Job(urls=page_urls(size.state_pages), server=server.address), size.rounds)
    with LoopbackServer(polling_page()) as server:
        yield _polling(Job(urls=(START,), server=server.address))


def _other_browsers() -> int:
    """Return how many browser processes run while none of ours does: code that they share counts half."""
    names = (process.info["name"] or "" for process in psutil.process_iter(["name"]))
    return sum(name.startswith(("chrom", "headless_shell")) for name in names)


def _against_bare(job: Job, rounds: int) -> Iterator[Measure]:
    """a b a b …: both have the same neighbours, and the ratio is taken pair by pair."""
    scans: list[Outcome] = []
    bares: list[Outcome] = []
    for _ in range(rounds):
        scans.append(_complete(job, run(job)))
        bares.append(_complete(job, run(msgspec.structs.replace(job, bare=True))))
    how = f"{len(job.urls)} pages, 4 tabs, --watch 0, {rounds} rounds"
    yield _speed("scan", scans, f"{how}, with the browser's start and end")
    yield _speed("bare loop", bares, f"{how}, with the browser's start and end")
    whole = [bare.whole_s / scan.whole_s for scan, bare in zip(scans, bares, strict=True)]
    crawl = [bare.crawl_s / scan.crawl_s for scan, bare in zip(scans, bares, strict=True)]
    yield _ratio("scan / bare loop, whole", whole, "pages/s, with the browser's start and end")
    yield _ratio("scan / bare loop, pages alone", crawl, "pages/s, from the end of the first page on")


def _speed(name: str, outcomes: Sequence[Outcome], how: str) -> Measure:
    values = tuple(outcome.pages / outcome.whole_s for outcome in outcomes)
    return Measure(name=name, value=middle(values), unit="pages/s", how=how, values=values)


def _ratio(name: str, values: Sequence[float], how: str) -> Measure:
    return Measure(
        name=name, value=middle(values), unit="x", how=how, bound="at least", budget=0.6, values=tuple(values)
    )


def _memory(job: Job) -> Iterator[Measure]:
    """Sampling costs processor time, so it has runs of its own."""
    watched: list[PeakMemory] = []
    others = _other_browsers()
    _complete(job, run(job, watched=watched))
    run(msgspec.structs.replace(job, bare=True), watched=watched)
    others = max(others, _other_browsers())
    for name, peak in zip(("scan", "bare loop"), watched, strict=True):
        judged = name == "scan" and not others  # shared code would make it look better than it is
        parts = ", ".join(f"{kind} {mib:.0f}" for kind, mib in sorted(peak.parts_mib.items()))
        yield Measure(
            name=f"peak memory, {name}",
            value=peak.peak_mib,
            unit="MiB",
            how=f"PSS of the whole tree: {parts}; browser processes of others: {others}",
            bound="at most" if judged else "none",
            budget=600 if judged else None,
        )


def _states(job: Job, rounds: int) -> Measure:
    """no-choice + reject + accept beside no-choice alone, on a site with a banner."""
    ratios = []
    for _ in range(rounds):
        one = _complete(job, run(job))
        three = run(msgspec.structs.replace(job, states=("no-choice", "reject", "accept")))
        if any(gap.startswith("state-not-reached") for gap in three.gaps):
            raise BenchError(f"a state was not reached: {three.gaps}")
        ratios.append(three.whole_s / one.whole_s)
    return Measure(
        name="three states / one state", value=middle(ratios), unit="x", bound="at most", budget=3.3,
        how=f"time of no-choice + reject + accept, {len(job.urls)} pages, {rounds} rounds",
        values=tuple(ratios),
    )  # fmt: skip


def _polling(job: Job) -> Measure:
    return Measure(
        name="page that never rests",
        value=run(job).slowest_s,
        unit="s",
        how="a page that polls every 150 ms, not watched",
        bound="at most",
        budget=5,
    )


def run(job: Job, *, watched: list[PeakMemory] | None = None) -> Outcome:
    """Run a job in a process of its own; with `watched`, add what memory it took. Raises BenchError."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT,
    )  # fmt: skip
    answer = _watch(process, job, watched) if watched is not None else _answer(process, job)
    if process.returncode:
        raise BenchError(f"a run ended with exit code {process.returncode}")
    return msgspec.json.decode(answer, type=Outcome)


def _watch(process: subprocess.Popen[bytes], job: Job, watched: list[PeakMemory]) -> bytes:
    with PeakMemory(process.pid) as peak:
        answer = _answer(process, job)
    watched.append(peak)
    return answer


def _answer(process: subprocess.Popen[bytes], job: Job) -> bytes:
    try:
        return process.communicate(msgspec.json.encode(job), timeout=_RUN_LIMIT_S)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise BenchError(f"a run took more than {_RUN_LIMIT_S} s") from None


def _complete(job: Job, outcome: Outcome) -> Outcome:
    """Return the outcome of a run that visited every page; speed by leaving out is none."""
    if outcome.pages != len(job.urls) or outcome.gaps:
        raise BenchError(f"{outcome.pages} of {len(job.urls)} pages visited, gaps: {outcome.gaps}")
    return outcome
