"""Many sites: each is scanned by itself, every one has an entry in index.json, and a stopped run goes on.

A site that fails costs that site only. Reports and the index are written whole or not at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from consentinel.scanner import report as reports
from consentinel.scanner.errors import ConsentinelError
from consentinel.scanner.outputs import make_directory, write_whole
from consentinel.scanner.report import Report
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.shapes import public_url
from consentinel.scanner.site_list import SiteLine, slug_of
from consentinel.scanner.verdict import early_states

SCHEMA: Literal["consentinel/index/1"] = "consentinel/index/1"
INDEX = "index.json"
Result = Literal["ok", "gaps", "failed", "pending"]
ScanOne = Callable[[str, ScanSettings], Awaitable[Report]]

# A scan ends itself at its time budget; one that does not is stuck, and must not keep its place for ever.
_GRACE_S = 120.0
_INTERRUPTED = "interrupted before it was done"


class IndexEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line of the file.

    result: `ok`, `gaps` (a report, but not everything was seen), `failed` (no report), or `pending` in the
    index of a run that is going on or was killed. reason: why, unless `ok`. report: file beside the index.
    without_consent: how many of the findings were there without the consent that they need.
    """

    line: int
    site: str | None
    result: Result
    reason: str | None = None
    report: str | None = None
    findings: int = 0
    without_consent: int = 0
    gaps: int = 0


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """index.json: one entry for each site, in the order of the file. settings: their fingerprint."""

    schema: Literal["consentinel/index/1"] = SCHEMA
    settings: str
    sites: tuple[IndexEntry, ...]

    def count(self, result: Result) -> int:
        """Return how many sites ended so."""
        return sum(entry.result == result for entry in self.sites)


async def run_fleet(
    sites: Sequence[SiteLine],
    out_dir: Path,
    settings: ScanSettings,
    scan_one: ScanOne,
    *,
    jobs: int = 1,
    on_done: Callable[[IndexEntry], None] | None = None,
    interrupted: asyncio.Event | None = None,
) -> Index:
    """Scan all sites, `jobs` at a time, into `out_dir`, and return the index that was written there.

    Sites that have a complete report of the same settings there are not scanned again. scan_one: scans one
    site, in a browser of its own; what it raises is the reason of a `failed` entry. on_done: called with each
    entry as it comes, those of an earlier run included. interrupted: once set, no further scan begins. When
    the run is interrupted or cancelled (Ctrl-C), what is done is kept and every site has its entry.

    Raises OutputError where the index cannot be written.
    """
    interrupted = interrupted or asyncio.Event()
    make_directory(out_dir)
    fleet = _Fleet(sites, out_dir, settings, scan_one, on_done or (lambda _entry: None))
    fleet.resume()
    queue = iter(fleet.waiting())
    workers = [asyncio.create_task(fleet.work(queue, interrupted)) for _ in range(max(1, jobs))]
    try:
        # Not gather: when cancelled, it would cancel the workers before they know that the run is over.
        done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        for worker in done:
            worker.result()
    finally:
        fleet.is_stopping = True
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        fleet.finish()
    return fleet.index()


def load_index(out_dir: Path) -> Index | None:
    """Return the index of an earlier run, or None where there is none that can be read."""
    try:
        return msgspec.json.decode((out_dir / INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Fleet:
    """The state of one run: the entry of each line, by the slug of its site."""

    def __init__(
        self,
        sites: Sequence[SiteLine],
        out_dir: Path,
        settings: ScanSettings,
        scan_one: ScanOne,
        on_done: Callable[[IndexEntry], None],
    ) -> None:
        self.is_stopping = False
        self._entries = [_first_entry(site) for site in sites]
        self._lines: dict[str, list[int]] = {}
        for position, site in enumerate(sites):
            if site.url is not None:
                self._lines.setdefault(site.url, []).append(position)
        self._out_dir = out_dir
        self._settings = settings
        self._scan_one = scan_one
        self._on_done = on_done

    def resume(self) -> None:
        """Take over what an earlier run with the same settings has completed."""
        earlier = load_index(self._out_dir)
        if earlier is not None and earlier.settings == self._settings.fingerprint():
            names = {entry.report for entry in earlier.sites if entry.result in ("ok", "gaps")}
            for url in self._lines:
                if _file_name(url) in names:
                    self._take_over(url)
        self._write_index()
        for entry in self._entries:
            if entry.result != "pending":
                self._on_done(entry)

    def waiting(self) -> list[str]:
        """Return the sites to scan, each once."""
        return [url for url, lines in self._lines.items() if self._entries[lines[0]].result == "pending"]

    async def work(self, queue: Iterator[str], interrupted: asyncio.Event) -> None:
        """Scan sites from the shared queue until it is empty or the run is stopped."""
        while not (self.is_stopping or interrupted.is_set()) and (url := next(queue, None)) is not None:
            self._record(url, await self._scan(url))
            self._write_index()
            for position in self._lines[url]:
                self._on_done(self._entries[position])

    def finish(self) -> None:
        """Say of what is left that it was not scanned, and write the index."""
        for url in self.waiting():
            self._record(url, _INTERRUPTED)
        self._write_index()

    def index(self) -> Index:
        """Return the index as it is now."""
        return Index(settings=self._settings.fingerprint(), sites=tuple(self._entries))

    async def _scan(self, url: str) -> Report | str:
        """Return the report, or why there is none."""
        limit_s = self._settings.time_budget_s + _GRACE_S
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                report = await self._scan_one(url, self._settings)
            write_whole(self._out_dir / _file_name(url), reports.encode(report))
        except ConsentinelError as error:
            return str(error)
        except Exception as error:  # the fault barrier: a bug on one site must not end the night's run
            if limit.expired():
                return f"the scan did not end within {limit_s:g} seconds"
            return f"internal error, please report it: {type(error).__name__}: {error}"
        return report

    def _take_over(self, url: str) -> None:
        try:
            report = reports.load(self._out_dir / _file_name(url))
        except ConsentinelError:
            return
        if not _is_interrupted(report):
            self._record(url, report)

    def _record(self, url: str, outcome: Report | str) -> None:
        for position in self._lines[url]:
            self._entries[position] = _entry(self._entries[position], url, outcome)

    def _write_index(self) -> None:
        content = msgspec.json.encode(self.index(), order="sorted")
        write_whole(self._out_dir / INDEX, msgspec.json.format(content, indent=2) + b"\n")


def _file_name(url: str) -> str:
    return f"{slug_of(url)}.json"


def _first_entry(site: SiteLine) -> IndexEntry:
    if site.url is None:
        return IndexEntry(line=site.line, site=None, result="failed", reason=site.problem)
    return IndexEntry(line=site.line, site=public_url(site.url), result="pending", reason="not scanned yet")


def _entry(before: IndexEntry, url: str, outcome: Report | str) -> IndexEntry:
    if isinstance(outcome, str):
        return IndexEntry(
            line=before.line, site=before.site, result="failed", reason=_reason(outcome, url, before.site)
        )
    return IndexEntry(
        line=before.line,
        site=before.site,
        result="gaps" if outcome.gaps else "ok",
        reason=_gap_kinds(outcome),
        report=_file_name(url),
        findings=len(outcome.findings),
        without_consent=sum(bool(early_states(finding)) for finding in outcome.findings),
        gaps=len(outcome.gaps),
    )


def _gap_kinds(report: Report) -> str | None:
    return ", ".join(sorted({gap.kind for gap in report.gaps})) or None


def _is_interrupted(report: Report) -> bool:
    """Say whether a report ends where somebody stopped the scan: it has to be made again."""
    return any(gap.kind == "interrupted" for gap in report.gaps)


def _reason(text: str, url: str, shown: str | None) -> str:
    """Return a message on one line, the site's URL without the values of its query."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.replace(url, shown or "").split())[:500]
