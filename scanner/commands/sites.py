"""`consentinel scan --sites FILE --out-dir DIR`: many sites, a report each, and index.json."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from consentinel.scanner import report as reports
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.fail_on import broken_rules
from consentinel.scanner.fleet import INDEX, Index, IndexEntry, run_fleet
from consentinel.scanner.interrupts import run_interruptibly
from consentinel.scanner.knowledge import Knowledge, load_knowledge
from consentinel.scanner.outputs import make_directory, print_result, write_har
from consentinel.scanner.plural import plural
from consentinel.scanner.progress import Progress
from consentinel.scanner.rendering.escaping import visible
from consentinel.scanner.report import Report
from consentinel.scanner.scan import scan
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.site_list import read_sites, slug_of
from consentinel.scanner.site_rules_file import rules_about

_COULD_NOT = 2
_STOPPING = "stopping; the next run goes on from here; once more (Ctrl-C) quits at once"


def scan_sites(file: Path, out_dir: Path, settings: ScanSettings, *, jobs: int, quiet: bool) -> int:
    """Scan the sites of `file` into `out_dir` and return the exit status.

    Sites that failed are in the index and no failure of the run, unless no site at all has a report. Raises
    InputError and OutputError.
    """
    sites = read_sites(file)
    make_directory(out_dir)
    knowledge = load_knowledge(settings)
    warn(knowledge.warnings)

    async def work(interrupted: asyncio.Event) -> Index:
        tell = _Counter(progress, len(sites))
        one = partial(_scan_one, interrupted, knowledge)
        return await run_fleet(
            sites, out_dir, settings, one, jobs=jobs, on_done=tell.done, interrupted=interrupted
        )

    with Progress(f"scanning {plural(len(sites), 'site')}", quiet=quiet) as progress:
        outcome = run_interruptibly(work, on_signal=lambda: progress.stop(_STOPPING))
    index = outcome.value
    print_result(_summary(index, out_dir))
    broken = _say_broken(index, out_dir, settings)
    if outcome.signal is None and index.count("failed") == len(index.sites):
        return _COULD_NOT
    return outcome.exit_status or (1 if broken else 0)


class _Counter:
    """Says what became of each site."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._count = 0

    def done(self, entry: IndexEntry) -> None:
        """Say one entry of the index."""
        self._count += 1
        early = f"{entry.without_consent} set without consent"
        counts = [plural(entry.findings, "finding"), early] if entry.report else []
        facts = [
            f"{entry.site or f'line {entry.line}'} {entry.result}",
            *counts,
            *filter(None, [entry.reason]),
        ]
        style = {"failed": "red", "gaps": "yellow"}.get(entry.result, "")
        self._progress.say(f"[{self._count}/{self._total}] {' · '.join(facts)}", style)
        self._progress.doing(f"{self._count} of {plural(self._total, 'site')}")


async def _scan_one(
    interrupted: asyncio.Event, knowledge: Knowledge, url: str, settings: ScanSettings
) -> Report:
    known = replace(knowledge, rules=rules_about([url], first_party=settings.first_party))
    result = await scan([url], settings, interrupted=interrupted, knowledge=known)
    if settings.har is not None:
        write_har(settings.har / slug_of(url), result.report, result.visits, values=settings.har_values)
    return result.report


def _summary(index: Index, out_dir: Path) -> str:
    counts = ", ".join(f"{index.count(result)} {result}" for result in ("ok", "gaps", "failed"))
    early = sum(entry.without_consent for entry in index.sites)
    sites = plural(len(index.sites), "site")
    return f"{sites}: {counts}; {early} set without consent; see {visible(str(out_dir / INDEX))}\n"


def _say_broken(index: Index, out_dir: Path, settings: ScanSettings) -> bool:
    """Say which rules of --fail-on hold, also for sites that an earlier run has scanned."""
    found = False
    if not settings.fail_on:
        return found
    for name in dict.fromkeys(entry.report for entry in index.sites if entry.report):
        report = reports.load(out_dir / name)
        for sentence in broken_rules(report, settings.fail_on):
            found = True
            click.echo(f"consentinel: failed: {visible(report.site)}: {sentence}", err=True)
    return found
