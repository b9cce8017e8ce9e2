"""`consentinel demo`: a whole tour on a bundled site."""

import asyncio
import sys
from pathlib import Path

import click

from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.commands.scan import scan_with_progress
from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.demo.site import DEMO_URL, demo_app, demo_server
from consentinel.scanner.interrupts import run_interruptibly
from consentinel.scanner.outputs import make_directory, plan_outputs, print_report, write_reports
from consentinel.scanner.progress import Progress
from consentinel.scanner.scan import ScanResult
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.verdict import judge

_REPORTS = ("report.json", "report.html")
# The last tag of the demo comes two seconds after the page, or when it is scrolled.
_WATCH_S = 6.0


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the scan; otherwise the site stays up until Ctrl-C.")
@path_option(
    "--out",
    "directory",
    metavar="DIR",
    default=Path("consentinel-demo"),
    show_default=True,
    help="Where report.json and report.html go.",
)
@click.option(
    "--watch",
    "watch_s",
    metavar="SECONDS",
    type=click.FloatRange(0, 600),
    default=_WATCH_S,
    show_default=True,
    help="How long to watch the first page of each state.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
def command(once: bool, directory: Path, watch_s: float, quiet: bool) -> None:
    """Scan a bundled shop before any choice, after a refusal and after consent: nothing leaves this machine.

    The shop has a consent banner that forgets some of its tags, as many do.

    \b
    Exit status: 0 done, 2 it could not be done, 130 interrupted by Ctrl-C.
    """
    make_directory(directory)
    with Progress(f"scanning {DEMO_URL}", quiet=quiet) as progress:
        status = _tour(directory, watch_s, progress)
    if status or once:
        sys.exit(status)
    _stay_up()


def _tour(directory: Path, watch_s: float, progress: Progress) -> int:
    """Scan the demo, print and write the report, and return the exit status."""
    with demo_server() as server:
        settings = ScanSettings(
            states=("no-choice", "reject", "accept"),
            watch_s=watch_s,
            resolve=(f"*={server.address}",),
            insecure=True,
        )
        outcome = scan_with_progress([DEMO_URL], settings, progress)
    progress.stop()
    _deliver(outcome.value, directory, progress)
    return outcome.exit_status


def _deliver(result: ScanResult, directory: Path, progress: Progress) -> None:
    files = plan_outputs([directory / name for name in _REPORTS])
    for failure in write_reports(result.report, files, result.screenshots):
        raise failure
    print_report(result.report, "text", result.screenshots)
    # again, since the table is longer than most terminals
    progress.say(judge(result.report).sentence, "bold")
    for file in files:
        progress.say(f"wrote {file.path.resolve().as_uri()}")


def _stay_up() -> None:
    """Serve the demo to people over plain HTTP, where no browser warns of a certificate, until Ctrl-C."""

    async def wait(interrupted: asyncio.Event) -> None:
        await interrupted.wait()

    with LoopbackServer(demo_app()) as server:
        click.echo(f"the shop stays up at http://{server.address}/ until Ctrl-C", err=True)
        run_interruptibly(wait)
