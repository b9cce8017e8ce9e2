"""`consentinel catalogue …`: check its files, and explain what it says."""

import sys
from pathlib import Path

import click
import msgspec

from consentinel.scanner.catalogue.checking import Checked, check_core, check_overrides
from consentinel.scanner.catalogue.explaining import Explanation, explain
from consentinel.scanner.catalogue.loading import read_core, read_overrides
from consentinel.scanner.catalogue.taxonomy import Kind, parse_resource_type
from consentinel.scanner.commands import catalogue_update
from consentinel.scanner.commands.catalogue_option import with_overrides
from consentinel.scanner.commands.shown_subject import Asked, subjects_for
from consentinel.scanner.commands.warning import known_by
from consentinel.scanner.errors import InputError
from consentinel.scanner.outputs import print_result
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.explanations import render_for_stream
from consentinel.scanner.settings import resolve_settings


@click.group("catalogue")
def command() -> None:
    """Check the catalogue's files, explain its decisions, and fetch packs that add to it."""


@command.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Find what is wrong with override FILEs; without any, with the catalogue that comes with consentinel.

    Prints `FILE:LINE: what is wrong; what to do`, one problem a line: what cannot be read, duplicates,
    entries that another one shadows or overlaps in another category, regular expressions that are wrong or
    may take for ever.

    Exit status: 0 nothing is wrong, 1 something is, 2 it could not be checked.
    """
    core = check_core(read_core())
    reports = [check_overrides(read_overrides(file), core.sheet) for file in files] if files else [core]
    problems = [problem for report in reports for problem in report.problems]
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{_extent(reports)}: {plural(len(problems), 'problem')}", err=True)
    sys.exit(1 if problems else 0)


def _extent(reports: list[Checked]) -> str:
    sheets = [report.sheet for report in reports]
    counts = (
        plural(sum(len(sheet.vendors) for sheet in sheets), "vendor"),
        plural(sum(len(sheet.names) for sheet in sheets), "name"),
        plural(sum(len(sheet.hosts) for sheet in sheets), "host"),
        plural(sum(len(sheet.captchas) for sheet in sheets), "CAPTCHA"),
    )
    return ", ".join(counts)


@command.command("show")
@click.argument("text", metavar="NAME|HOST|URL")
@click.option("--kind", type=click.Choice(("cookie", "storage", "request", "captcha")), help="What it is.")
@click.option("--domain", metavar="HOST", help="Domain of the cookie or storage item.")
@click.option("--site", metavar="URL", help="Page that it was seen on.")
@click.option("--value", metavar="TEXT", help="Value, for its shape.")
@click.option("--type", "resource_type", metavar="TYPE", help="What the request is for: script, image, ….")
@with_overrides
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(
    text: str,
    *,
    kind: Kind | None,
    domain: str | None,
    site: str | None,
    value: str | None,
    resource_type: str | None,
    overrides: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Explain step by step what the catalogue says of a cookie or storage NAME, a HOST or a URL.

    A text that may be either is explained as both; --kind says which. Overrides of consentinel.yaml count.

    Exit status: 0 done, 2 it could not be done.
    """
    if resource_type is not None and parse_resource_type(resource_type) == "other" != resource_type:
        raise InputError(f"--type: unknown resource type {resource_type!r}: use one such as script or image")
    catalogue = known_by(resolve_settings({"catalogue": overrides}))
    asked = Asked(text=text, kind=kind, domain=domain, site=site, value=value, resource_type=resource_type)
    subjects = subjects_for(asked, catalogue)
    _print([explain(catalogue, subject) for subject in subjects], as_json=as_json)


for _further in (catalogue_update.update, catalogue_update.rollback, catalogue_update.packs):
    command.add_command(_further)


def _print(explanations: list[Explanation], *, as_json: bool) -> None:
    if as_json:
        print_result(msgspec.json.format(msgspec.json.encode(explanations), indent=2) + b"\n")
    else:
        print_result(render_for_stream(explanations))
