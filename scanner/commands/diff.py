"""`consentinel diff OLD NEW`: what changed between two reports."""

import sys
from pathlib import Path

import click

from consentinel.scanner import report
from consentinel.scanner.commands.output_format import format_by_suffix
from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.diff import Diff, diff_reports
from consentinel.scanner.outputs import print_result, write_whole
from consentinel.scanner.rendering.diffs import DIFF_FORMATS, DiffFormat, render_diff, render_diff_for_stream

_SUFFIXES: dict[str, DiffFormat] = {".json": "json", ".md": "md", ".txt": "text"}


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format", "shape", type=click.Choice(DIFF_FORMATS), help="Format; default by suffix of FILE, else text."
)
@path_option("-o", "--output", "file", help="Write to FILE, not to standard output.")
def command(old: Path, new: Path, shape: DiffFormat | None, file: Path | None) -> None:
    """Show what changed from report OLD to report NEW, worst first.

    Exit status: 0 nothing changed, 1 something did, 2 the reports could not be compared.
    """
    diff = diff_reports(report.load(old), report.load(new))
    _deliver(diff, shape, file)
    sys.exit(1 if diff.changed else 0)


def _deliver(diff: Diff, shape: DiffFormat | None, file: Path | None) -> None:
    if file is not None:
        form: DiffFormat = shape if shape else format_by_suffix(file, _SUFFIXES)
        write_whole(file, render_diff(diff, form).encode())
    elif shape in (None, "text"):
        print_result(render_diff_for_stream(diff))
    else:
        print_result(render_diff(diff, shape).encode())
