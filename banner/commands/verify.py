"""`consentinel verify URL…`: prove in all consent states that the banner holds back what needs consent."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from consentinel.banner.verify.evidence import Operator
from consentinel.banner.verify.operator_file import operator_for
from consentinel.banner.verify.shown import (
    VERIFY_FORMATS,
    VerifyFormat,
    render_verification,
    render_verification_for_stream,
)
from consentinel.banner.verify.verification import EXIT_STATUS, Verification, Verified, verify
from consentinel.scanner.commands.output_format import format_by_suffix
from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.config_file import read_site
from consentinel.scanner.errors import InputError
from consentinel.scanner.interrupts import Outcome, run_interruptibly
from consentinel.scanner.outputs import print_result, write_whole
from consentinel.scanner.progress import PageProgress, Progress
from consentinel.scanner.settings import ScanSettings, resolve_settings, scan_options

_STOPPING = "stopping with what was seen so far; once more (Ctrl-C) quits at once"
_SUFFIXES: dict[str, VerifyFormat] = {".json": "json", ".md": "md", ".txt": "text"}


@click.command("verify")
@click.argument("urls", nargs=-1, metavar="URL...")
@path_option(
    "--config",
    "config",
    metavar="FILE",
    help="Settings file of the banner: what its rules say of a host or a name counts.  "
    "[default: consentinel.yaml, where it has the section `banner:` and is about this site]",
)
@click.option(
    "--requested-ok",
    is_flag=True,
    help="Tags that the browser requested from the HTML but did not run do not fail, except in mode strict.",
)
@click.option(
    "--format", "shape", type=click.Choice(VERIFY_FORMATS), help="Format; by suffix of FILE, else text."
)
@path_option("-o", "--output", "file", metavar="FILE", help="Write to FILE, not to standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@scan_options
def command(
    urls: tuple[str, ...],
    *,
    config: Path | None,
    requested_ok: bool,
    shape: VerifyFormat | None,
    file: Path | None,
    quiet: bool,
    **flags: object,
) -> None:
    """Prove a site's banner: scan without a choice, after refusal, consent and withdrawal; say what leaks.

    A leak is what needs consent and was there without it: a request, a cookie, a stored item. Each is told
    with who started it and what to change. The states above are always visited; --states gpc adds that one.
    The banner is driven by its API, so that its buttons may look as they like.

    Exit status: 0 nothing leaks; 1 something does; 2 it could not be proven, or could not be done;
    130 interrupted by Ctrl-C, 143 by SIGTERM, what was seen so far is told.
    """
    settings = resolve_settings(flags)
    if flags.get("fail_on"):
        raise InputError("--fail-on is for `consentinel scan`: verify fails on leaks")
    form: VerifyFormat = shape if shape else format_by_suffix(file, _SUFFIXES) if file else "text"
    urls = urls or tuple(filter(None, [read_site()]))
    operator, doubts = operator_for(urls, config, first_party=settings.first_party)
    warn(doubts)
    with Progress(f"opening {' '.join(urls)}", quiet=quiet) as progress:
        outcome = _verify(urls, settings, operator, requested_ok=requested_ok, progress=progress)
    warn(outcome.value.warnings)
    _deliver(outcome.value.verification, form, file)
    sys.exit(outcome.exit_status or EXIT_STATUS[outcome.value.verification.result])


def _verify(
    urls: Sequence[str],
    settings: ScanSettings,
    operator: Operator,
    *,
    requested_ok: bool,
    progress: Progress,
) -> Outcome[Verified]:
    async def work(interrupted: asyncio.Event) -> Verified:
        pages = PageProgress(progress, max_pages=settings.max_pages)
        return await verify(
            urls,
            settings,
            operator=operator,
            requested_ok=requested_ok,
            on_visit=pages.visited,
            interrupted=interrupted,
        )

    return run_interruptibly(work, on_signal=lambda: progress.stop(_STOPPING))


def _deliver(found: Verification, shape: VerifyFormat, file: Path | None) -> None:
    if file is not None:
        write_whole(file, render_verification(found, shape).encode())
    elif shape == "text":
        print_result(render_verification_for_stream(found))
    else:
        print_result(render_verification(found, shape).encode())
