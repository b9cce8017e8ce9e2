"""One measured run in a process of its own: `python -m bench.worker`, a job as JSON on stdin, JSON on stdout.

Apart from the server and from the process that samples memory, so that neither is measured with it.
"""

import asyncio
import sys
import time

import msgspec

from bench.bare import visit_bare
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.scan import scan
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.visit import VisitResult


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. bare: without the scanner, over `urls`. server: `127.0.0.1:PORT` behind all host names."""

    urls: tuple[str, ...]
    server: str
    bare: bool = False
    states: tuple[State, ...] = ("no-choice",)
    tabs: int = 4


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    whole_s: with the browser's start and end. crawl_s: from the end of the first page to the end of the last.
    slowest_s: the page that took longest.
    """

    pages: int
    whole_s: float
    crawl_s: float
    slowest_s: float
    findings: int = 0
    gaps: tuple[str, ...] = ()


def main() -> None:
    """Run the job on stdin."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    outcome = asyncio.run(_bare(job) if job.bare else _scan(job))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


async def _scan(job: Job) -> Outcome:
    settings = ScanSettings(
        states=job.states, max_pages=1000, tabs=job.tabs, watch_s=0.0, resolve=(f"*={job.server}",),
        max_requests=1_000_000, max_bytes=10**12,
    )  # fmt: skip
    ends: list[float] = []
    spans: list[float] = []

    def note(result: VisitResult) -> None:
        ends.append(time.monotonic())
        spans.append(result.watched_s)

    started = time.monotonic()
    result = await scan(job.urls[:1], settings, on_visit=note)
    return Outcome(
        pages=len(ends),
        whole_s=time.monotonic() - started,
        crawl_s=ends[-1] - ends[0],
        slowest_s=max(spans),
        findings=len(result.report.findings),
        gaps=tuple(f"{gap.kind} {gap.where} {gap.reason}" for gap in result.report.gaps),
    )


async def _bare(job: Job) -> Outcome:
    started = time.monotonic()
    ends = await visit_bare(job.urls, job.server, job.tabs)
    return Outcome(
        pages=len(ends), whole_s=time.monotonic() - started, crawl_s=ends[-1] - ends[0], slowest_s=0.0
    )


if __name__ == "__main__":
    main()
