"""`consentinel scan URL...`: what a site sets, in which consent state, by whom and of which category."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.commands.sites import scan_sites
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.config_file import read_site
from consentinel.scanner.errors import InputError, OutputError
from consentinel.scanner.fail_on import broken_rules
from consentinel.scanner.interrupts import Outcome, run_interruptibly
from consentinel.scanner.knowledge import load_knowledge
from consentinel.scanner.outputs import (
    OutputFile,
    make_directory,
    plan_outputs,
    print_report,
    write_har,
    write_reports,
    write_whole,
)
from consentinel.scanner.overrides import draft_overrides
from consentinel.scanner.progress import PageProgress, Progress
from consentinel.scanner.rendering.formats import FORMATS, Format
from consentinel.scanner.scan import ScanResult, scan
from consentinel.scanner.settings import ScanSettings, resolve_settings, scan_options
from consentinel.scanner.site_rules import NO_RULES, SiteRules
from consentinel.scanner.site_rules_file import rules_about

_STOPPING = "stopping with what was found so far; once more (Ctrl-C) quits at once"


@click.command("scan")
@click.argument("urls", nargs=-1, metavar="URL...")
@path_option(
    "-o",
    "--output",
    "paths",
    multiple=True,
    metavar="FILE",
    help="Write the report to FILE, too; its suffix names the format: .json .html .md .csv .txt. Repeatable.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(FORMATS),
    help="Format of what is printed on standard output.  [default: text]",
)
@path_option(
    "--sites",
    metavar="FILE",
    help="Scan many sites, one URL a line (or the first column of a .csv); goes on where it was stopped.",
)
@path_option(
    "--out-dir",
    metavar="DIR",
    help="With --sites: where a report per site and index.json go.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="With --sites: how many sites at once, each with a browser of its own.  [default: 1]",
)
@path_option(
    "--write-overrides",
    "draft",
    metavar="FILE",
    help="Write what is unclassified to a new FILE, ready to be filled in and given to --catalogue.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@scan_options
def command(
    urls: tuple[str, ...],
    *,
    paths: tuple[Path, ...],
    shape: Format | None,
    sites: Path | None,
    out_dir: Path | None,
    jobs: int | None,
    draft: Path | None,
    quiet: bool,
    **flags: object,
) -> None:
    """Scan a site in a real browser and report its cookies, storage, pixels, beacons, scripts and CAPTCHAs.

    Several URLs are entry pages of one site; without any, it is the `site` of consentinel.yaml. The report is
    printed as text, or in the --format asked for, and written to each -o FILE.

    Ctrl-C ends the scan early: what was found by then is printed and written, marked as truncated.

    \b
    Exit status: 0 done; 1 a --fail-on rule holds; 2 it could not be done;
    130 interrupted by Ctrl-C, 143 by SIGTERM, the report so far is written.
    """
    settings = resolve_settings(flags)
    if sites is not None:
        if urls or paths or shape or draft:
            raise InputError(
                "--sites goes with --out-dir and --jobs, not with a URL, -o, --format or --write-overrides"
            )
        if out_dir is None:
            raise InputError("--sites needs --out-dir DIR, where the reports go")
        sys.exit(scan_sites(sites, out_dir, settings, jobs=jobs or 1, quiet=quiet))
    if out_dir is not None or jobs is not None:
        raise InputError(
            "--out-dir and --jobs go with --sites FILE: name the file of sites, or leave them out"
        )
    urls = urls or tuple(filter(None, [read_site()]))
    outputs = Outputs(plan_outputs(paths, draft), shape or "text", draft)
    sys.exit(_scan_site(urls, settings, outputs, quiet=quiet))


@dataclass(frozen=True)
class Outputs:
    """Where the report goes, the format of standard output, and where the draft of overrides goes."""

    files: tuple[OutputFile, ...]
    shape: Format
    draft: Path | None


def _scan_site(urls: tuple[str, ...], settings: ScanSettings, outputs: Outputs, *, quiet: bool) -> int:
    """Scan, deliver, and return the exit status."""
    if settings.har is not None:
        make_directory(settings.har)
    rules = rules_about(urls, first_party=settings.first_party)
    with Progress(f"opening {' '.join(urls)}", quiet=quiet) as progress:
        outcome = scan_with_progress(urls, settings, progress, rules)
    result = outcome.value
    warn(result.warnings)
    failures = _deliver(result, outputs, settings, progress)
    if failures:
        raise OutputError("; ".join(map(str, failures)))
    broken = broken_rules(result.report, settings.fail_on)
    for sentence in broken:
        click.echo(f"consentinel: failed: {sentence}", err=True)
    return outcome.exit_status or (1 if broken else 0)


def scan_with_progress(
    urls: Iterable[str],
    settings: ScanSettings,
    progress: Progress,
    rules: SiteRules = NO_RULES,
) -> Outcome[ScanResult]:
    """Scan one site until it is done or interrupted, and say so on the way; raises what `scan` raises."""

    async def work(interrupted: asyncio.Event) -> ScanResult:
        pages = PageProgress(progress, max_pages=settings.max_pages)
        return await scan(
            list(urls),
            settings,
            on_visit=pages.visited,
            interrupted=interrupted,
            knowledge=load_knowledge(settings, rules),
        )

    return run_interruptibly(work, on_signal=lambda: progress.stop(_STOPPING))


def _deliver(
    result: ScanResult,
    outputs: Outputs,
    settings: ScanSettings,
    progress: Progress,
) -> list[OutputError]:
    """Write and print everything that can be; return what could not."""
    failures = write_reports(result.report, outputs.files, result.screenshots)
    try:
        if outputs.draft is not None:
            write_whole(outputs.draft, draft_overrides(result.report).encode())
        if settings.har is not None:
            write_har(settings.har, result.report, result.visits, values=settings.har_values)
    except OutputError as error:
        failures.append(error)
    try:
        print_report(result.report, outputs.shape, result.screenshots)
    except OutputError as error:
        failures.append(error)
    written = [file.path for file in outputs.files] + ([outputs.draft] if outputs.draft else [])
    if written and not failures:
        progress.say(f"wrote {', '.join(map(str, written))}")
    return failures
